// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/embedder.h"
#include "core/memory/lsamodel.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace orrery::memory {

/// The built-in embedder: needs no model and no network, since it learns from the entries themselves. Until it has learnt
/// something every request is answered with the reason why not.
///
/// A new fit has another name (Embedder::name), and vectors of the old one are of no use beside it. Any thread.
class LsaEmbedder final : public Embedder
{
public:
    explicit LsaEmbedder(LsaOptions options = {});
    ~LsaEmbedder() override; ///< does not wait for a fit to be done

    /// `lsa:` and a digest of the texts that it has learnt from; `lsa` before the first fit.
    std::string name() const override;
    int dimension() const override;
    /// NotFound when it has met no word of the text before: such a vector says nothing.
    Result<std::vector<float>> embed(std::string_view text) override;
    /// Zeros for such a text, since one of them shall not keep the others from theirs.
    Result<std::vector<std::vector<float>>>
    embedBatch(const std::vector<std::string> &texts) override;

    /// What is in use now; null before the first fit.
    std::shared_ptr<const LsaModel> model() const;

    /// Learns from these texts, in this thread. What was learnt before stays in use until it is done, and when it fails.
    Result<void> fit(const std::vector<std::string> &texts, const std::stop_token &stop = {});

    /// Whether so many entries are half as many again as those that were last looked at.
    bool hasOutgrown(std::size_t entries) const;

    using Texts = std::function<std::vector<std::string>()>;
    using Done = std::function<void(const Result<void> &)>;
    /// When the collection has outgrown what was learnt, learns anew from `texts`, which may be fewer, in a thread of its
    /// own, in which both functions are called. False when that is not needed or is under way already, which it is until `done` has returned.
    bool fitInBackground(std::size_t entries, Texts texts, Done done = {});

private:
    Result<void> fit(const std::vector<std::string> &texts, std::size_t entries,
                     const std::stop_token &stop);

    const LsaOptions m_options;
    mutable std::mutex m_mutex;
    std::shared_ptr<const LsaModel> m_model; // guarded by m_mutex
    Error m_reason;                          // guarded by m_mutex; why there is no model
    std::size_t m_seen = 0;                  // guarded by m_mutex; entries at the last fit
    std::atomic<bool> m_isFitting = false;
    std::mutex m_threadMutex;
    std::jthread m_thread; // guarded by m_threadMutex; last, so that it ends before what it uses
};

} // namespace orrery::memory
