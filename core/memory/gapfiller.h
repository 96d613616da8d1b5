// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/embedder.h"
#include "core/memory/memorystore.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace orrery::memory {

/// Gives entries that were stored while the embedder was away the vectors that they lack, and all of them new ones when
/// the embedder has become another: in a thread of its own, in batches. Which lack one is read from the store, so that
/// whatever ends the program, the next one goes on from there. Any thread.
class GapFiller
{
public:
    /// Store and embedder must outlive it.
    GapFiller(MemoryStore &store, Embedder &embedder) : m_store(store), m_embedder(embedder) {}
    ~GapFiller(); ///< cancels what the embedder does for it, and waits for that

    /// Fills the gaps there are, and those that come meanwhile. Returns at once.
    void begin();
    /// The embedder has failed at a text that was to be stored: begin() when it works again.
    void embedderFailed();
    void embedderWorked();

    /// One batch, in this thread: how many entries of at most `limit` got a vector; 0 when there is no gap that could be
    /// filled. A text that the embedder refuses, while it takes others, is not tried again by this object. Errors: those
    /// of the embedder and of the store.
    Result<std::size_t> fill(std::size_t limit);

private:
    void run(const std::stop_token &stop);
    Result<std::vector<Unembedded>> nextGaps(std::size_t limit);
    Result<std::size_t> fillPart(std::span<const Unembedded> part);
    Result<std::size_t> attach(std::span<const Unembedded> part, NamedVectors made);

    MemoryStore &m_store;
    Embedder &m_embedder;

    std::mutex m_batch;                        ///< held while a batch is made, left of all others
    std::unordered_set<std::string> m_refused; // guarded by m_batch; ids
    Error m_refusal;                           // guarded by m_batch; the last

    std::mutex m_mutex;
    std::condition_variable m_ended;
    bool m_isRunning = false; // guarded by m_mutex, as is what follows
    bool m_hasMore = false;   ///< begin() was called while it ran
    bool m_hasFailed = false;
    std::jthread m_thread;
};

} // namespace orrery::memory
