// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/embedder.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace orrery::memory {

/// Asks another embedder for what it has not been asked for lately. Texts are known by the SHA-256 of their bytes and of
/// the embedder's name; the vectors used longest ago go first. Any thread; nothing is locked while the other is asked.
class CachingEmbedder final : public Embedder
{
public:
    explicit CachingEmbedder(std::shared_ptr<Embedder> embedder, std::size_t capacity = 4096);

    std::string name() const override { return m_embedder->name(); }
    int dimension() const override { return m_embedder->dimension(); }
    Result<std::vector<float>> embed(std::string_view text) override;
    /// Asks for each text that is not held once, all in one batch.
    Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) override;
    void cancel() override { m_embedder->cancel(); }

    std::size_t size() const; ///< vectors held

private:
    using Key = std::string;
    using Entries = std::list<std::pair<Key, std::vector<float>>>; // used last in front

    const std::vector<float> *find(const Key &key);
    void keep(const Key &key, const std::vector<float> &vector);

    const std::shared_ptr<Embedder> m_embedder;
    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    Entries m_entries;                                  // guarded by m_mutex
    std::unordered_map<Key, Entries::iterator> m_byKey; // guarded by m_mutex
};

} // namespace orrery::memory
