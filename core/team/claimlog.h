// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace orrery::team {

struct ClaimedFile;
struct ClaimingAgent;
struct ClaimChunk;

/// One claim as it was made. What readers see never changes, but for `endedAt`.
struct ClaimRecord {
    static constexpr std::uint64_t kStands = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t madeAt = 0;                    ///< number of the change that made it
    std::atomic<std::uint64_t> endedAt{kStands}; ///< number of the change that ended it
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t claimedMs = 0;        ///< SteadyTime
    std::int64_t deadlineMs = 0;       ///< SteadyTime
    std::shared_ptr<ClaimedFile> file; ///< readers may ask for its name only
    ClaimingAgent *owner = nullptr;    ///< as above

    // For the writer only: its place among the standing claims of its agent, and among all in order of their deadlines.
    ClaimRecord *previous = nullptr;
    ClaimRecord *next = nullptr;
    ClaimRecord *earlier = nullptr;
    ClaimRecord *later = nullptr;
    ClaimChunk *chunk = nullptr;
};

struct ClaimChunk {
    static constexpr std::size_t kSize = 1024;
    std::array<ClaimRecord, kSize> records;
    std::atomic<std::size_t> used{0};
    std::size_t standing = 0; ///< for the writer only
};
using ClaimChunks = std::vector<std::shared_ptr<ClaimChunk>>;

/// All claims in the order in which they were made. One writer at a time; readers take a consistent view at any time
/// without waiting for it: each change has a number, and a view leaves out what was made after its number. A chunk in
/// which nothing stands any more is dropped, so the log is as long as what was claimed within one time to live, at most.
class ClaimLog
{
public:
    /// All that stood after change `upTo`.
    struct View {
        std::shared_ptr<const ClaimChunks> chunks;
        std::uint64_t upTo = 0;

        template <typename Function>
        void forEach(Function function) const
        {
            for (const auto &chunk : *chunks) {
                const std::size_t used = chunk->used.load(std::memory_order_acquire);
                for (std::size_t i = 0; i < used; ++i) {
                    const ClaimRecord &record = chunk->records[i];
                    if (record.madeAt > upTo)
                        return;
                    if (record.endedAt.load(std::memory_order_relaxed) > upTo)
                        function(record);
                }
            }
        }
    };
    /// Any thread. The lock in it is held by a writer once in 1,024 claims, for some microseconds at most.
    View view() const;
    /// How many stand, about. Any thread.
    std::size_t size() const { return m_standing.load(std::memory_order_relaxed); }

    // The writer's:
    std::uint64_t nextChange() { return ++m_change; }
    /// Makes the changes so far visible.
    void commit() { m_committed.store(m_change, std::memory_order_release); }
    /// A record to fill in; publish() it then.
    ClaimRecord &append();
    void publish(ClaimRecord &record);
    /// Ends it for all who look after the commit. drop() it then, when all that one change ends has been ended.
    void end(ClaimRecord &record, std::uint64_t change)
    {
        record.endedAt.store(change, std::memory_order_relaxed); // commit() releases it
    }
    /// Nobody may use the record any more but readers; may commit.
    void drop(ClaimRecord &record);

private:
    void replaceChunks(ClaimChunks chunks);

    mutable std::mutex m_listMutex;
    std::shared_ptr<const ClaimChunks> m_chunks{
        std::make_shared<ClaimChunks>()}; // m_listMutex; only the writer writes
    std::atomic<std::uint64_t> m_committed{0};
    std::atomic<std::size_t> m_standing{0};
    std::uint64_t m_change = 0;
};

} // namespace orrery::team
