// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace orrery::tools {

/// What each agent last saw of each file, and one lock a file. Thread-safe. Files go by their canonical
/// workspace-relative path; texts are the bytes of the file, whatever its encoding.
///
/// Of each text its SHA-256 is kept, and the text itself for the difference that is shown; agents that saw the same
/// share it. Texts above 1 MiB, and the ones seen longest ago once all together exceed 64 MiB, are let go: then it is
/// only said that the file has changed.
class ReadLedger
{
public:
    static constexpr std::size_t kMostOfOne = 1024 * 1024;
    static constexpr std::size_t kMostOfAll = 64 * kMostOfOne;

    void saw(const std::string &agent, const std::string &file, std::string_view text);
    /// Of a file too large to be known as a whole: what the agent saw of it before no longer counts.
    void sawPart(const std::string &agent, const std::string &file);
    /// As saw(), of what the agent itself has written.
    void wrote(const std::string &agent, const std::string &file, std::string_view text);

    /// An error (Conflict) with the difference when the file changed since `agent` last read or wrote it, whoever did
    /// it. Fine if it never did: an edit names the text that it replaces.
    Result<void> checkFresh(const std::string &agent, const std::string &file,
                            std::string_view now) const;
    /// The same before the whole file is replaced, which an agent may not do that never read or wrote the file; unless it is
    /// empty, and no teammate has written it in this run.
    Result<void> checkReplace(const std::string &agent, const std::string &file,
                              std::string_view now) const;

    /// Held over check, read, change and write of a file.
    std::shared_ptr<std::mutex> fileLock(const std::string &file);

private:
    using Hash = std::array<char, 32>;
    struct Seen {
        Hash hash;
        std::shared_ptr<const std::string> text; ///< null when it was let go
        std::uint64_t when = 0;
    };
    struct File {
        std::shared_ptr<std::mutex> lock = std::make_shared<std::mutex>();
        std::unordered_map<std::string, Seen> seenBy; ///< by agent
        std::string writer;                           ///< the agent that wrote it last
    };
    static Hash hashOf(std::string_view text);
    void note(File &file, const std::string &agent, std::string_view text, const Hash &hash);
    void letGo();

    mutable std::mutex m_mutex;
    // All below is guarded by m_mutex.
    std::unordered_map<std::string, File> m_files;
    std::uint64_t m_when = 0;
    std::size_t m_bytes = 0; ///< of the texts; shared ones count once for each agent
};

} // namespace orrery::tools
