#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh INPUT OUTPUT: the bytes of INPUT as the C array contract_schema.
set -eu
{
  echo '#include "proto/schema.h"'
  echo 'const uint8_t contract_schema[] = {'
  od -An -v -tx1 "$1" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '};'
  echo 'const size_t contract_schema_size = sizeof contract_schema;'
} >"$2"
