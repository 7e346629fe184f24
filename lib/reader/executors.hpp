// The two executors: a thread of its own per reader, or the caller's thread. Chosen once per module.
#pragma once

#include <memory>

#include "waist/executor.hpp"

namespace jpki::p11 {

// All signals are blocked in the thread, which starts with the first job. A job that its waiter gave up on
// and that has not begun is never run.
std::unique_ptr<Executor> make_thread_executor(const Clock& clock, Executor::IdleHook idle);

// post() runs the job and then all that is due; there is no linger and no deadline.
std::unique_ptr<Executor> make_inline_executor(Executor::IdleHook idle);

// Starts `body` on a detached thread with all signals blocked; false when there is no thread to be had.
bool start_thread(std::function<void()> body) noexcept;

}  // namespace jpki::p11
