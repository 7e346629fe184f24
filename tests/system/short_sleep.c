// Preloaded into pkcs11-tool: its seconds pass in hundredths. `--test-threads` waits 30 of them for a thread
// that is still busy when its main thread is not, and the pauses between a thread's calls are counted in
// seconds, too.
#include <time.h>

unsigned sleep(unsigned seconds);

unsigned sleep(unsigned seconds) {
    const struct timespec hundredths = {seconds / 100, (long)(seconds % 100) * 10000000};
    nanosleep(&hundredths, NULL);
    return 0;
}
