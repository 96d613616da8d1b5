// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/memory.h"
#include "core/model/modeltable.h"
#include "core/model/spec.h"

#include <memory>
#include <mutex>

namespace orrery::memory {
class LsaEmbedder;
}

namespace orrery::runtime {

/// The embedder that a team asks for, and the vectors of what it remembers. Thread-safe.
class TeamEmbedder
{
public:
    TeamEmbedder(const MemoryUse &use, const ModelTable &models);
    ~TeamEmbedder(); ///< the memory is not touched any more

    /// Null when texts do not become vectors.
    const std::shared_ptr<memory::Embedder> &embedder() const { return m_embedder; }
    /// Entries were stored: when there is much more to learn from than last time the
    /// built-in embedder learns anew. In the background. It is always the same memory, which must outlive this object.
    void grew(memory::Memory &memory);

private:
    /// How what runs in the background finds the memory, which may be gone by then.
    struct Door {
        std::mutex mutex;
        memory::Memory *memory = nullptr; ///< guarded by mutex; null once it is closed
    };

    std::shared_ptr<memory::Embedder> m_embedder;
    std::shared_ptr<memory::LsaEmbedder> m_lsa; ///< the same, when it is the built-in one
    std::shared_ptr<Door> m_door{std::make_shared<Door>()};
};

} // namespace orrery::runtime
