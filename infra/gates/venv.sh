# venv NAME REQUIREMENTS CONSTRAINTS: makes or refreshes target/infra-venv/NAME and sets VENV. Sourced from infra/.
# Exits with 75 when the packages cannot be had here: nothing was checked then, and nothing found wrong.
# Of two that want the same at once, one waits for the other where there is `flock`.
venv() {
  local folder
  folder="$(cd .. && pwd)/target/infra-venv"
  VENV="$folder/$1"
  mkdir -p "$folder"
  if ! (
    if command -v flock >/dev/null; then exec 9>"$folder/$1.lock"; flock 9; fi
    if cat "$2" "$3" | cmp -s - "$VENV/installed.txt"; then exit 0; fi
    echo "installing $2 into target/infra-venv/$1 (once)" >&2
    python3 -m venv --clear "$VENV" && "$VENV/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check -r "$2" -c "$3" &&
      cat "$2" "$3" > "$VENV/installed.txt"
  ); then
    echo "not run: python3 with venv and pip could not install $2" >&2
    exit 75
  fi
}
