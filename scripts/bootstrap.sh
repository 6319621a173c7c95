# Sourced by ./run and ./test: makes the project's own Python environment on the first start, checks a stamp on later ones.
#   reads  $root (the project's folder), $JISHI_PYTHON (interpreter to use), $only_python (a version, own environment)
#   sets   $python (the environment's interpreter)
# What is slow or can fail is in scripts/install.py; here is only what must work without any Python.

unset PYTHONDONTWRITEBYTECODE PYTHONHOME  # compiled modules on disk make every later start seconds faster

fail() { printf 'jishi: %s\n' "$*" >&2; exit 1; }

is_python() {  # true if $1 runs and is Python 3.11 or newer; a shim may exist and still not run
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local wanted="${only_python:+python$only_python}" name found="" version
    if [ -z "$wanted" ] && [ -n "${JISHI_PYTHON:-}" ]; then
        is_python "$JISHI_PYTHON" && { base=$JISHI_PYTHON; return; }
        fail "JISHI_PYTHON=$JISHI_PYTHON is not a Python 3.11 or newer that runs."
    fi
    for name in ${wanted:-python3.11 python3.12 python3.13 python3 python}; do
        while IFS= read -r base; do
            is_python "$base" && return
            version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) && found="$found, $version at $base"
        done < <(type -aP "$name")
    done
    [ -n "$wanted" ] && fail "no $wanted that runs was found on the PATH."
    fail "Python 3.11 or newer is needed and was not found${found:+ (only${found#,})}; install it or set JISHI_PYTHON to its path."
}

bootstrap() {
    local venv=$root/.venv${only_python:+-$only_python} base stamp made=""
    python=$venv/bin/python
    if [ -e "$venv" ] && { [ -L "$venv" ] || [ ! -e "$venv/made-by-jishi" ]; }; then
        [ -x "$python" ] || fail "$venv is not a working environment and was not made by Jishi; remove or rename it."
        return  # somebody's own environment: used as it is, never changed
    fi
    stamp="$root $(cd "$root" && cat pyproject.toml constraints.txt scripts/install.py | cksum) ${JISHI_PYTHON:-any}"
    [ -r "$venv/stamp" ] && IFS= read -r made <"$venv/stamp"
    if [ "$made" != "$stamp" ] || [ ! -x "$python" ]; then
        find_python
        "$base" -I "$root/scripts/install.py" "$venv" "$stamp" || exit 1
    fi
}
