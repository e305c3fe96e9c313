# venv NAME REQUIREMENTS CONSTRAINTS: makes or refreshes target/infra-venv/NAME and sets VENV. Sourced from infra/.
# Exits with 75 when the packages cannot be had here: nothing was checked then, and nothing found wrong.
venv() {
  VENV="$PWD/../target/infra-venv/$1"
  if ! cat "$2" "$3" | cmp -s - "$VENV/installed.txt"; then
    echo "installing $2 into target/infra-venv/$1 (once)" >&2
    if ! { python3 -m venv --clear "$VENV" && "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2" -c "$3"; }; then
      echo "not run: python3 with venv and pip could not install $2" >&2
      exit 75
    fi
    cat "$2" "$3" > "$VENV/installed.txt"
  fi
}
