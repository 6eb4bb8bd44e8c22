All trade in goods, imports and exports, China; Cross-border
e-commerce, imports and exports, China
Index, 2020 = 100, index
200 ┤
    │                     ⢀⣀⣀⣀⣀⣀⣀⣀⣀A⣀⣀⣀⣤⣤⣤A⣤⣔⣒⡲⠶⠮⠭⠥⠤⠤⠤⠤⠤⠤⠤A
100 ┤               ⠤⠴⠒⠒⠛⠛⠉B⠉⠉⠉⠁
    │⠂
  0 ┤
    └┬──────┬───────┬──────┬───────┬──────┬───────┬──────┬
   2018   2019    2020   2021    2022   2023    2024   2025
━━A  All trade in goods, imports and exports, China
━━B  Cross-border e-commerce, imports and exports, China
Source: GACC, MOFCOM China E-commerce Report, GACC report at
Langfang fair and others; published 2021-01-14 to 2026-01-14
