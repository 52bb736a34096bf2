// A case whose control is wrong.
// error: nonsense
int main() { return nonsense; }
