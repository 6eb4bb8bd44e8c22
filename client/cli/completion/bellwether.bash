# SPDX-License-Identifier: MIT
# bash completion for bellwether: the program is asked, by its hidden verb __complete (see
# client/cli/complete.h). Needs nothing of the package bash-completion.

# bash cuts words at = and : too (COMP_WORDBREAKS); here they are put together again, as far as the
# cursor. Sets `words`, and `cut`: what of the last one bash does not replace.
_bellwether_words() {
  local line=${COMP_LINE:0:COMP_POINT} part i glued=
  words=() cut=
  for ((i = 0; i <= COMP_CWORD; i++)); do
    part=${COMP_WORDS[i]}
    [[ $i == "$COMP_CWORD" && -z $line ]] && part=
    if [[ $line != [[:blank:]]* && -n $glued && ($part == [=:]* || $glued == *[=:]) ]]; then
      cut=$glued
      glued+=$part
      words[-1]=$glued
    else
      cut=
      glued=$part
      words+=("$part")
    fi
    line=${line#"${line%%[![:blank:]]*}"}
    line=${line:${#part}}
  done
  # Of "--format=" bash replaces what is behind the sign, not the sign.
  [[ $part != [=:] ]] || cut=$glued
}

_bellwether_unquote() {
  local i
  for i in "${!words[@]}"; do
    words[i]=${words[i]//[\'\"\\]/}
  done
}

# Usage: _bellwether_files -f|-d: those of the file system; what stands before a name is kept.
_bellwether_files() {
  local name=$typed before file
  compopt -o filenames 2>/dev/null
  [[ $name != --*=* ]] || name=${name#*=}
  before=${typed%"$name"}
  while IFS= read -r file; do
    file=$before$file
    COMPREPLY+=("${file#"$cut"}")
  done < <(compgen "$1" -- "$name")
}

_bellwether() {
  local words cut line word typed
  COMPREPLY=()
  _bellwether_words
  _bellwether_unquote
  cut=${cut//[\'\"\\]/}
  typed=${words[-1]}
  while IFS= read -r line; do
    word=${line%%$'\t'*}
    case $word in
    :files) _bellwether_files -f ;;
    :folders) _bellwether_files -d ;;
    *)
      [[ $word != *[/.+=,:] ]] || compopt -o nospace 2>/dev/null
      COMPREPLY+=("${word#"$cut"}")
      ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete -- "${words[@]:1}" 2>/dev/null)
}

complete -F _bellwether bellwether
