// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/eventblock.h"

#include <algorithm>

namespace orrery::store {

void EventBlock::append(const EventRow &row)
{
    const std::size_t at = m_size;
    m_timeUs[at] = row.timeUs;
    m_durationUs[at] = row.durationUs;
    m_seq[at] = std::uint32_t(std::min<std::uint64_t>(row.seq - m_firstSeq, kFar));
    m_parent[at] =
        row.parent == 0 ? 0 : std::uint32_t(std::min<std::uint64_t>(row.seq - row.parent, kFar));
    m_run[at] = row.run;
    m_agent[at] = row.agent;
    m_tool[at] = row.tool;
    m_call[at] = row.call;
    m_kind[at] = row.kind;
    m_detail[at] = row.detail;
    m_rare[at] = 0;
    if (m_seq[at] == kFar || m_parent[at] == kFar || row.tokens != 0 || row.outputTokens != 0
        || row.costNanoUsd >= 0 || row.firstMs >= 0 || row.kind == EventKind::Count)
        appendRare(row);
    appendText(row.summary.substr(0, kSummaryBytes));
    m_latest = std::max(m_latest, row.timeUs);
    ++m_size;
}

void EventBlock::appendRare(const EventRow &row)
{
    auto &chunk = m_rares[m_rareCount / kRareChunk];
    if (!chunk)
        chunk = std::make_unique<Rare[]>(kRareChunk);
    chunk[m_rareCount % kRareChunk] = {row.seq,         row.parent,  row.tokens,  row.outputTokens,
                                       row.costNanoUsd, row.firstMs, row.kindName};
    m_rare[m_size] = static_cast<std::uint16_t>(++m_rareCount);
}

/// In one piece, so that it can be given out where it stands.
void EventBlock::appendText(std::string_view text)
{
    if ((m_textEnd & (kTextBytes - 1)) + text.size() > kTextBytes)
        m_textEnd = ((m_textEnd >> kTextBits) + 1) << kTextBits;
    m_text[m_size] = static_cast<std::uint32_t>(m_textEnd);
    m_textSize[m_size] = static_cast<std::uint8_t>(text.size());
    if (text.empty())
        return;
    auto &chunk = m_texts[m_textEnd >> kTextBits];
    if (!chunk)
        chunk = std::make_unique<char[]>(kTextBytes);
    std::copy(text.begin(), text.end(), chunk.get() + (m_textEnd & (kTextBytes - 1)));
    m_textEnd += text.size();
}

const EventBlock::Rare *EventBlock::rare(std::size_t row) const
{
    if (m_rare[row] == 0)
        return nullptr;
    const std::size_t at = m_rare[row] - 1U;
    return &m_rares[at / kRareChunk][at % kRareChunk];
}

std::uint64_t EventBlock::seq(std::size_t row) const
{
    return m_seq[row] == kFar ? rare(row)->seq : m_firstSeq + m_seq[row];
}

std::uint64_t EventBlock::parent(std::size_t row) const
{
    if (m_parent[row] == 0)
        return 0;
    return m_parent[row] == kFar ? rare(row)->parent : seq(row) - m_parent[row];
}

std::string_view EventBlock::summary(std::size_t row) const
{
    if (m_textSize[row] == 0)
        return {};
    const std::size_t place = m_text[row];
    return {m_texts[place >> kTextBits].get() + (place & (kTextBytes - 1)), m_textSize[row]};
}

EventRow EventBlock::row(std::size_t row) const
{
    EventRow out;
    out.seq = seq(row);
    out.timeUs = m_timeUs[row];
    out.durationUs = m_durationUs[row];
    out.parent = parent(row);
    out.kind = m_kind[row];
    out.kindName = knownKindName(m_kind[row]);
    out.run = m_run[row];
    out.agent = m_agent[row];
    out.tool = m_tool[row];
    out.call = m_call[row];
    out.detail = m_detail[row];
    out.summary = summary(row);
    if (const Rare *rare = this->rare(row)) {
        out.tokens = rare->tokens;
        out.outputTokens = rare->outputTokens;
        out.costNanoUsd = rare->costNanoUsd;
        out.firstMs = rare->firstMs;
        if (out.kind == EventKind::Count)
            out.kindName = rare->kindName;
    }
    return out;
}

BlockColumns EventBlock::columns(std::size_t first, std::size_t size) const
{
    BlockColumns columns;
    columns.first = first;
    columns.size = size;
    columns.timeUs = std::span(m_timeUs).first(size);
    columns.durationUs = std::span(m_durationUs).first(size);
    columns.kind = std::span(m_kind).first(size);
    columns.detail = std::span(m_detail).first(size);
    columns.run = std::span(m_run).first(size);
    columns.agent = std::span(m_agent).first(size);
    columns.tool = std::span(m_tool).first(size);
    columns.call = std::span(m_call).first(size);
    columns.block = this;
    return columns;
}

std::uint64_t BlockColumns::seq(std::size_t row) const { return block->seq(row); }
std::uint64_t BlockColumns::parent(std::size_t row) const { return block->parent(row); }
std::string_view BlockColumns::summary(std::size_t row) const { return block->summary(row); }
EventRow BlockColumns::row(std::size_t row) const { return block->row(row); }

} // namespace orrery::store
