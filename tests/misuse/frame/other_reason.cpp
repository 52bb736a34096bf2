// A case that fails, but not for the reason given.
// error: size of the key
#ifdef MISUSE
int main() { return nonsense; }
#else
int main() { return 0; }
#endif
