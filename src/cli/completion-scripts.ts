/**
 * What `pgrow completion SHELL` prints. Each script asks the very command that is being typed, by its verb `complete`, which answers
 * with a line per candidate, word and meaning separated by a tab, or with `:files`.
 */

const bash = `# Completion of pgrow. Load it: source <(pgrow completion bash)
_pgrow() {
  local line=\${COMP_LINE:0:COMP_POINT} words candidate prefix
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  # bash replaces only what follows the last "=" or ":" of a word.
  prefix=\${words[\${#words[@]} - 1]%"$2"}
  COMPREPLY=()
  while IFS= read -r candidate; do
    if [[ $candidate == :files ]]; then
      compopt -o default
    else
      candidate=\${candidate%%$'\\t'*}
      COMPREPLY+=("\${candidate#"$prefix"}")
    fi
  done < <("\${1/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _pgrow pgrow
`;

const zsh = `#compdef pgrow
# Completion of pgrow. Load it: source <(pgrow completion zsh), after compinit
_pgrow() {
  local line word
  local -a candidates
  for line in \${(f)"$(\${~words[1]} complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)"}; do
    if [[ $line == :files ]]; then
      _files
    else
      word=\${line%%$'\\t'*}
      if [[ $word == $line ]]; then
        candidates+=(\${word//:/\\\\:})
      else
        candidates+=(\${word//:/\\\\:}:\${line#*$'\\t'})
      fi
    fi
  done
  (( \${#candidates} )) && _describe pgrow candidates
}
if [[ $funcstack[1] == _pgrow ]]; then
  _pgrow "$@"
else
  compdef _pgrow pgrow
fi
`;

const fish = `# Completion of pgrow. Load it: pgrow completion fish | source
function __pgrow_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    for line in ($program complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            printf '%s\\n' $line
        end
    end
end
complete -c pgrow -f -a '(__pgrow_complete)'
`;

export const completionScripts = { bash, zsh, fish } as const;
export type Shell = keyof typeof completionScripts;
