// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/lsaembedder.h"

#include <algorithm>

namespace orrery::memory {

LsaEmbedder::LsaEmbedder(LsaOptions options)
    : m_options(options),
      m_reason(
          makeError(ErrorCode::NotFound, "The built-in embedder has learnt nothing yet: it takes "
                                             + std::to_string(options.fewestTexts) + " entries."))
{}

LsaEmbedder::~LsaEmbedder() = default;

std::shared_ptr<const LsaModel> LsaEmbedder::model() const
{
    std::lock_guard lock(m_mutex);
    return m_model;
}

std::string LsaEmbedder::name() const
{
    const auto used = model();
    return used ? used->name() : "lsa";
}

int LsaEmbedder::dimension() const
{
    const auto used = model();
    return used ? used->dimensions() : 0;
}

Result<std::vector<float>> LsaEmbedder::embed(std::string_view text)
{
    auto vectors = embedBatch({std::string(text)});
    if (!vectors)
        return fail(std::move(vectors.error()));
    std::vector<float> &vector = vectors->front();
    if (std::all_of(vector.begin(), vector.end(), [](float value) { return value == 0; }))
        return fail(ErrorCode::NotFound,
                    "The built-in embedder has met no word of this text before.");
    return std::move(vector);
}

Result<std::vector<std::vector<float>>>
LsaEmbedder::embedBatch(const std::vector<std::string> &texts)
{
    std::shared_ptr<const LsaModel> used;
    {
        std::lock_guard lock(m_mutex);
        if (!m_model)
            return fail(m_reason);
        used = m_model;
    }
    std::vector<std::vector<float>> vectors;
    vectors.reserve(texts.size());
    for (const std::string &text : texts)
        vectors.push_back(used->embed(text));
    return vectors;
}

Result<void> LsaEmbedder::fit(const std::vector<std::string> &texts, const std::stop_token &stop)
{
    return fit(texts, texts.size(), stop);
}

Result<void> LsaEmbedder::fit(const std::vector<std::string> &texts, std::size_t entries,
                              const std::stop_token &stop)
{
    auto fitted = LsaModel::fit(texts, m_options, stop);
    std::lock_guard lock(m_mutex);
    if (!fitted && fitted.error().code == ErrorCode::Cancelled)
        return fail(std::move(fitted.error()));
    m_seen = entries;
    if (!fitted) {
        m_reason = fitted.error();
        return fail(std::move(fitted.error()));
    }
    m_model = std::move(*fitted);
    return {};
}

bool LsaEmbedder::hasOutgrown(std::size_t entries) const
{
    if (entries < m_options.fewestTexts)
        return false;
    std::lock_guard lock(m_mutex);
    return 2 * entries >= 3 * m_seen;
}

bool LsaEmbedder::fitInBackground(std::size_t entries, Texts texts, Done done)
{
    if (!hasOutgrown(entries) || m_isFitting.exchange(true))
        return false;
    std::lock_guard lock(m_threadMutex);
    // The last one has nothing left to do.
    m_thread = std::jthread([this, entries, texts = std::move(texts),
                             done = std::move(done)](const std::stop_token &stop) {
        const Result<void> fitted = fit(texts(), entries, stop);
        if (done)
            done(fitted);
        m_isFitting = false;
    });
    return true;
}

} // namespace orrery::memory
