# separate.sh BINARY OBJCOPY: makes BINARY_separate with BINARY_debug, BINARY_mini with its table in .gnu_debugdata, and
# BINARY_unnamed with BINARY_unnamed_debug, which have no build id
set -e
binary=$1
objcopy=$2
"$objcopy" --only-keep-debug "$binary" "${binary}_debug"
"$objcopy" --strip-all --add-gnu-debuglink="${binary}_debug" "$binary" "${binary}_separate"
"$objcopy" --strip-debug "${binary}_debug" "${binary}_table"
xz --stdout "${binary}_table" >"${binary}_table.xz"
"$objcopy" --strip-all --add-section .gnu_debugdata="${binary}_table.xz" "$binary" "${binary}_mini"
rm "${binary}_table" "${binary}_table.xz"
"$objcopy" --remove-section .note.gnu.build-id "${binary}_debug" "${binary}_unnamed_debug"
"$objcopy" --remove-section .note.gnu.build-id --strip-all --add-gnu-debuglink="${binary}_unnamed_debug" "$binary" \
  "${binary}_unnamed"
