/** Thin: each hands the words before the cursor to `scoria complete` and shows what it answers. */
const bash = `# bash completion of scoria; in ~/.bashrc: eval "$(scoria completion bash)"
_scoria() {
  # Bash also breaks words at = and :, which are put together again here.
  local rest=\${COMP_LINE:0:COMP_POINT} words=() word i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=\${rest#"\${rest%%[![:space:]]*}"}
    if ((\${#words[@]} == 0)) || [[ $rest == [[:space:]]* || -z $rest ]]; then
      words+=("$word")
    else
      words[\${#words[@]} - 1]+=$word
    fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    rest=\${rest#"$word"}
  done
  local last=$((\${#words[@]} - 1)) quote=
  case \${words[last]} in [\\"\\']*) quote=\${words[last]:0:1} words[last]=\${words[last]:1} ;; esac
  [[ $quote ]] || words[last]=\${words[last]//\\\\/}
  local current=\${words[last]}
  local before=\${current%"\${current##*[=:]}"}
  [[ $COMP_WORDBREAKS == *[=:]* && ! $quote ]] || before=
  local line value IFS=$'\\n'
  COMPREPLY=()
  while read -r line; do
    case $line in
      :files)
        compopt -o filenames 2>/dev/null
        while read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${current#"$before"}")
        ;;
      :*) ;;
      *)
        value=\${line%%$'\\t'*}
        [[ $value == *= ]] && compopt -o nospace 2>/dev/null
        value=\${value#"$before"}
        [[ $quote ]] || printf -v value %q "$value"
        COMPREPLY+=("$value")
        ;;
    esac
  done < <(scoria complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _scoria scoria
`;

const zsh = `#compdef scoria
# zsh completion of scoria; in ~/.zshrc behind compinit: eval "$(scoria completion zsh)"
_scoria() {
  local line value
  local -a lines described open
  lines=("\${(@f)$(scoria complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    case $line in
      :files) compset -P '--*='; _files && return ;;
      :*) ;;
      *)
        value=\${\${line%%$'\\t'*}//:/\\\\:}
        [[ $line == *$'\\t'?* ]] && value+=":\${line#*$'\\t'}"
        if [[ \${line%%$'\\t'*} == *'=' ]]; then open+=("$value"); else described+=("$value"); fi
        ;;
    esac
  done
  (( $#open )) && _describe -t values value open -S ''
  (( $#described )) && _describe -t values value described
}
if [[ $funcstack[1] == _scoria ]]; then _scoria "$@"; else compdef _scoria scoria; fi
`;

const fish = `# fish completion of scoria; in ~/.config/fish/completions/scoria.fish: scoria completion fish | source
function __scoria_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in (scoria complete -- $words[2..-1] $current 2>/dev/null)
        switch $line
            case ':files'
                set -l option (string match -r -- '^--[^=]*=' $current; or echo '')
                for file in (__fish_complete_path (string sub --start (math (string length -- "$option") + 1) -- $current))
                    echo $option$file
                end
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c scoria -f -a '(__scoria_complete)'
`;

export const SCRIPTS = { bash, zsh, fish } as const;
