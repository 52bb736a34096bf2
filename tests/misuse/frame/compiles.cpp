// A case that is no misuse at all.
// error: anything
int main() { return 0; }
