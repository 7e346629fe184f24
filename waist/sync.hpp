// std::mutex and friends under names that clang's thread-safety analysis understands (tidy preset: an error).
// The rest of the project locks through these only.
#pragma once

#include <condition_variable>
#include <mutex>

#include "waist/clock.hpp"

#if defined(__clang__)
#define JPKI_TSA(x) __attribute__((x))
#else
#define JPKI_TSA(x)
#endif

#define JPKI_CAPABILITY JPKI_TSA(capability("mutex"))
#define JPKI_SCOPED_CAPABILITY JPKI_TSA(scoped_lockable)
#define JPKI_GUARDED_BY(x) JPKI_TSA(guarded_by(x))
#define JPKI_REQUIRES(...) JPKI_TSA(requires_capability(__VA_ARGS__))
#define JPKI_ACQUIRE(...) JPKI_TSA(acquire_capability(__VA_ARGS__))
#define JPKI_RELEASE(...) JPKI_TSA(release_capability(__VA_ARGS__))

namespace jpki {

class JPKI_CAPABILITY Mutex {
  public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    void lock() JPKI_ACQUIRE() { mutex_.lock(); }
    void unlock() JPKI_RELEASE() { mutex_.unlock(); }

  private:
    std::mutex mutex_;
};

class JPKI_SCOPED_CAPABILITY Lock {
  public:
    explicit Lock(Mutex& mutex) JPKI_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~Lock() JPKI_RELEASE() { mutex_.unlock(); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    Mutex& mutex_;
};

// A condition over state guarded by one Mutex, which the caller holds. Callers loop over their own predicate.
class Condition {
  public:
    void notify_all() noexcept { condition_.notify_all(); }

    // False when `deadline` passed. kNever waits without one.
    bool wait_until(Mutex& mutex, TimePoint deadline) JPKI_REQUIRES(mutex) {
        if (deadline == kNever) {
            condition_.wait(mutex);
            return true;
        }
        return condition_.wait_until(mutex, deadline) == std::cv_status::no_timeout;
    }

  private:
    std::condition_variable_any condition_;
};

}  // namespace jpki
