// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/resultshelf.h"

#include "core/model/jsonfields.h"
#include "core/store/journal.h"

#include <utility>

namespace orrery::runtime {
namespace {

/// Any of the events that may hold a result.
std::optional<std::string> textOf(const Event &event)
{
    const Json &data = event.data;
    switch (event.kind) {
    case EventKind::ResultSpilled: return field::text(data, "text");
    case EventKind::MessageAdded: return field::text(field::at(data, "message"), "content");
    case EventKind::ToolFinished: return field::text(data, "content");
    default: return std::nullopt;
    }
}

} // namespace

void ResultShelf::setJournal(std::string path)
{
    const std::lock_guard lock(m_mutex);
    m_journal = std::move(path);
}

bool ResultShelf::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_seqs.empty();
}

void ResultShelf::put(const std::string &handle, std::uint64_t seq,
                      std::shared_ptr<const std::string> text)
{
    const std::lock_guard lock(m_mutex);
    m_seqs[handle] = seq;
    if (!text || !m_texts.emplace(handle, text).second)
        return;
    m_held.push_back(handle);
    m_bytes += text->size();
    const std::size_t most = m_journal.empty() ? kHeldWithoutJournal : kHeldBytes;
    while (m_bytes > most && m_held.size() > 1) {
        const auto oldest = m_texts.find(m_held.front());
        m_bytes -= oldest->second->size();
        m_texts.erase(oldest);
        m_held.pop_front();
    }
}

Result<std::shared_ptr<const std::string>> ResultShelf::read(const std::string &handle) const
{
    std::string journal;
    std::uint64_t seq = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto held = m_texts.find(handle); held != m_texts.end())
            return held->second;
        const auto known = m_seqs.find(handle);
        if (known == m_seqs.end())
            return fail(ErrorCode::NotFound,
                        "There is no result with the handle \"" + handle + "\" in this run.");
        seq = known->second;
        journal = m_journal;
    }
    if (journal.empty())
        return fail(ErrorCode::NotFound,
                    "The result \"" + handle + "\" is no longer kept: the run has no journal.");
    auto reader = store::JournalReader::open(journal);
    if (!reader)
        return fail(reader.error());
    const auto events = (*reader)->read(seq, 1);
    if (!events)
        return fail(events.error());
    if (!events->empty() && events->front()->seq == seq)
        if (auto text = textOf(*events->front()))
            return std::make_shared<const std::string>(std::move(*text));
    return fail(ErrorCode::NotFound, "The journal has lost the result \"" + handle + "\".");
}

} // namespace orrery::runtime
