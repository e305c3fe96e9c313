# venv NAME REQUIREMENTS: makes or refreshes target/infra-venv/NAME and sets VENV. Sourced from infra/.
venv() {
  VENV="$PWD/../target/infra-venv/$1"
  if ! cmp -s "$2" "$VENV/installed.txt"; then
    echo "installing $2 into target/infra-venv/$1 (once)" >&2
    python3 -m venv --clear "$VENV"
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
    cp "$2" "$VENV/installed.txt"
  fi
}
