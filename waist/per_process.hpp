// What a process has one of, made at first use and never destroyed: a forked child gets its own, and leaves
// its parent's alone, whose locks may be held by threads that the child does not have. For everything in lib/
// and card/ that outlives a call; it says nothing of what T is.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace jpki {

// The process in which it was made. A child may have its parent's number (in a pid namespace of its own), so
// the kernel is asked to wipe a page in every child; where it does not know how, the number alone has to do.
class Origin {
  public:
    Origin() : number_(::getpid()) {
        void* const page = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw std::bad_alloc();
        (void)::madvise(page, kSize, MADV_WIPEONFORK);
        mark_ = static_cast<volatile std::uint8_t*>(page);
        *mark_ = 1;
    }
    Origin(const Origin&) = delete;
    Origin& operator=(const Origin&) = delete;
    ~Origin() { (void)::munmap(const_cast<std::uint8_t*>(mark_), kSize); }

    [[nodiscard]] bool is_this_process() const noexcept { return *mark_ != 0 && number_ == ::getpid(); }

  private:
    static constexpr std::size_t kSize = 1;  // the kernel makes it a page

    pid_t number_;
    volatile std::uint8_t* mark_;
};

template <class T>
class PerProcess {
  public:
    // Null when this process has none yet. Takes no lock.
    [[nodiscard]] T* find() const noexcept {
        Node* const node = node_.load();
        return node != nullptr && node->origin.is_this_process() ? &node->value : nullptr;
    }

    // Throws std::bad_alloc, and what T's constructor does.
    [[nodiscard]] T& get() {
        for (;;) {
            Node* before = node_.load();
            if (before != nullptr && before->origin.is_this_process()) return before->value;
            auto made = std::make_unique<Node>();
            made->inherited = before;
            if (node_.compare_exchange_strong(before, made.get())) return made.release()->value;
        }
    }

  private:
    struct Node {
        Origin origin;
        Node* inherited = nullptr;  // of the parent process: kept reachable
        T value;
    };
    std::atomic<Node*> node_{nullptr};
};

}  // namespace jpki
