// execload N COMM [UID]: N execve calls, one after the other, by children of that name and user.

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  prctl(PR_SET_NAME, argv[2]);
  if (argc > 3) {
    const auto uid = static_cast<uid_t>(std::atoi(argv[3]));
    if (setresuid(uid, uid, uid) != 0) return 2;
  }
  for (int i = std::atoi(argv[1]); i > 0; --i) {
    const pid_t child = fork();
    if (child == 0) {
      execl("/bin/true", "true", nullptr);
      _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 3;
  }
  return 0;
}
