// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace orrery::runtime {

/// The tool that reads from the shelf.
inline constexpr const char *kReadResult = "read_result";
/// A result from this length on gets a handle: shorter ones are never shortened.
inline constexpr std::size_t kShelvedBytes = 384;

/// Where the whole results of a run's tools are found, by their handles: in the journal, and the newest ones here. Its
/// agents may read each other's. Thread-safe.
class ResultShelf
{
public:
    /// Of texts that are held here. Without a journal there is no other place, so it is more.
    static constexpr std::size_t kHeldBytes = 16 * 1024 * 1024;
    static constexpr std::size_t kHeldWithoutJournal = 128 * 1024 * 1024;

    /// Once, before the first is put here; empty = there is none.
    void setJournal(std::string path);
    void put(const std::string &handle, std::uint64_t seq, std::shared_ptr<const std::string> text);
    /// Of an earlier run: the event `seq` has it.
    void put(const std::string &handle, std::uint64_t seq) { put(handle, seq, nullptr); }
    bool isEmpty() const;
    /// Errors: NotFound says which handle; those of the journal. May read a file.
    Result<std::shared_ptr<const std::string>> read(const std::string &handle) const;

private:
    mutable std::mutex m_mutex;
    std::string m_journal;
    std::map<std::string, std::uint64_t> m_seqs;
    std::map<std::string, std::shared_ptr<const std::string>> m_texts;
    std::deque<std::string> m_held; ///< the handles of m_texts, oldest first
    std::size_t m_bytes = 0;
};

} // namespace orrery::runtime
