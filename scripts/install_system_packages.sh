#!/bin/sh
# Installs what CNNViz needs of a Debian or Ubuntu system and does not find there: Python, and the libraries that Qt uses.
# Says what it does; needs root, or sudo. On other systems it does nothing: Qt finds there what it needs.
set -eu

command -v apt-get > /dev/null || exit 0

packages=""
command -v python3 > /dev/null || packages="python3"
python3 -c 'import ensurepip, venv' 2> /dev/null || packages="$packages python3-venv"

# Each library by its file, since the names of packages differ from release to release.
libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
while read -r file package; do
    case "$libraries" in
        *"$file"*) ;;
        *) packages="$packages $package" ;;
    esac
done << 'LIBRARIES'
libglib-2.0.so.0 libglib2.0-0
libGL.so.1 libgl1
libEGL.so.1 libegl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libpulse.so.0 libpulse0
libXrandr.so.2 libxrandr2
LIBRARIES

[ -n "$packages" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
        echo "These system packages are missing; please let an administrator install them:$packages" >&2
        exit 1
    fi
    as_root="sudo"
fi
echo "Installing system packages that are missing${as_root:+ (with sudo)}:" $packages
$as_root apt-get update -qq
# From Debian 13 and Ubuntu 24.04 on, GLib's package has another name.
if apt-cache show libglib2.0-0t64 > /dev/null 2>&1; then
    packages=$(echo " $packages " | sed 's/ libglib2.0-0 / libglib2.0-0t64 /')
fi
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages > /dev/null
