# whole.sh SOURCES OBJCOPY COMPILER: makes symbols_target_split with its .dwo files, and symbols_target_static,
# which symbols_target_static_separate and symbols_target_static_debug are halves of
set -e
sources="$1/symbols_target.cpp $1/symbols_target_library.cpp"
compile="$3 -std=c++20 -O2 -g -Wl,--build-id=sha1"
$compile -gsplit-dwarf $sources -o symbols_target_split
$compile -static $sources -o symbols_target_static
"$2" --only-keep-debug symbols_target_static symbols_target_static_debug
"$2" --strip-all --add-gnu-debuglink=symbols_target_static_debug symbols_target_static symbols_target_static_separate
