# SPDX-License-Identifier: MIT
# fish completion for bellwether: the program is asked, by its hidden verb __complete (see
# client/cli/complete.h).

function __bellwether_complete
    set -l before (commandline -opc)
    set -l current (string replace -ra '[\'"\\\\]' '' -- (commandline -ct))
    for line in ($before[1] __complete -- $before[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
            case ':folders'
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current) ''
            case '*'
                echo $line
        end
    end
end

complete -c bellwether -f -a '(__bellwether_complete)'
