// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/gapfiller.h"

#include <algorithm>
#include <chrono>

namespace orrery::memory {

namespace {

/// So many texts keep neither a server nor those who wait for it busy for long.
constexpr std::size_t kTextsOfBatch = 64;
constexpr std::chrono::milliseconds kCancelAgain{20};

/// The peer may have meant one text of several.
bool mayBeOfOneText(const Error &error)
{
    return !error.retryable
           && (error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::BadResponse);
}

} // namespace

GapFiller::~GapFiller()
{
    std::unique_lock lock(m_mutex);
    m_thread.request_stop();
    // It may have been about to ask.
    while (m_isRunning) {
        m_embedder.cancel();
        m_ended.wait_for(lock, kCancelAgain);
    }
}

void GapFiller::begin()
{
    std::lock_guard lock(m_mutex);
    m_hasMore = m_isRunning;
    if (std::exchange(m_isRunning, true))
        return;
    // The last one has nothing left to do.
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

void GapFiller::embedderFailed()
{
    std::lock_guard lock(m_mutex);
    m_hasFailed = true;
}

void GapFiller::embedderWorked()
{
    {
        std::lock_guard lock(m_mutex);
        if (!std::exchange(m_hasFailed, false))
            return;
    }
    begin();
}

void GapFiller::run(const std::stop_token &stop)
{
    while (true) {
        const auto filled = stop.stop_requested() ? Result<std::size_t>(0) : fill(kTextsOfBatch);
        if (filled && *filled > 0)
            continue;
        std::lock_guard lock(m_mutex);
        if (filled && std::exchange(m_hasMore, false) && !stop.stop_requested())
            continue;
        // Somebody else may have been writing; with the next vector there is another chance.
        if (!filled && filled.error().retryable)
            m_hasFailed = true;
        m_hasMore = false;
        m_isRunning = false;
        m_ended.notify_all();
        return;
    }
}

Result<std::vector<Unembedded>> GapFiller::nextGaps(std::size_t limit)
{
    auto gaps = m_store.withoutEmbedding(m_embedder.name(), limit + m_refused.size());
    if (!gaps)
        return gaps;
    std::erase_if(*gaps, [this](const Unembedded &gap) { return m_refused.contains(gap.id); });
    gaps->resize(std::min(gaps->size(), limit));
    return gaps;
}

Result<std::size_t> GapFiller::fill(std::size_t limit)
{
    std::lock_guard lock(m_batch);
    while (true) {
        const auto gaps = nextGaps(limit);
        if (!gaps)
            return fail(gaps.error());
        if (gaps->empty())
            return 0;
        const std::size_t refusedBefore = m_refused.size();
        const auto filled = fillPart(*gaps);
        if (!filled || *filled > 0)
            return filled;
        if (gaps->size() > 1 && m_refused.size() - refusedBefore == gaps->size()) {
            // Whoever refuses all of them refuses none.
            for (const Unembedded &gap : *gaps)
                m_refused.erase(gap.id);
            embedderFailed();
            return fail(m_refusal);
        }
        // Contents were changed meanwhile, or texts refused: what is left is looked at.
    }
}

Result<std::size_t> GapFiller::fillPart(std::span<const Unembedded> part)
{
    std::vector<std::string> texts;
    for (const Unembedded &gap : part)
        texts.push_back(gap.content);
    auto made = embedNamed(m_embedder, texts);
    if (made && made->vectors.size() != texts.size())
        made = fail(ErrorCode::BadResponse,
                    "The embedder gave " + std::to_string(made->vectors.size()) + " vectors for "
                        + std::to_string(texts.size()) + " texts.");
    if (made)
        return attach(part, std::move(*made));
    if (!mayBeOfOneText(made.error())) {
        embedderFailed();
        return fail(made.error());
    }
    if (part.size() == 1) {
        m_refused.insert(part.front().id);
        m_refusal = made.error();
        return 0;
    }
    const auto first = fillPart(part.first(part.size() / 2));
    if (!first)
        return first;
    const auto second = fillPart(part.subspan(part.size() / 2));
    return second ? Result<std::size_t>(*first + *second) : second;
}

Result<std::size_t> GapFiller::attach(std::span<const Unembedded> part, NamedVectors made)
{
    std::vector<Attachment> attachments;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (const auto good = checkVector(made.vectors[i]); good) {
            attachments.push_back({part[i].id, part[i].content, std::move(made.vectors[i])});
        } else {
            m_refused.insert(part[i].id);
            m_refusal = good.error();
        }
    }
    return m_store.attachAll(attachments, made.embedder);
}

} // namespace orrery::memory
