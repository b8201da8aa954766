# SPDX-License-Identifier: Apache-2.0
# Sourced by what runs a build of before. changed_since FILE FOLDER prints one source that is newer
# than the file, if any: of all that every program is made of, and of that folder. So is a folder in
# which one appeared or vanished. The library's scenarios are data.
changed_since() {
  (cd "$root" && find CMakeLists.txt CMakePresets.json stack l2 offload connmgr scenarios "$2" \
    -path scenarios/library -prune -o -newer "$1" -print -quit)
}
