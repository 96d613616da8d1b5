// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/encodedrequest.h"

#include <algorithm>
#include <cstring>

namespace orrery::llm {

ByteLog::ByteLog() : m_first(new Block), m_last(m_first.get()) {}

// Block by block: the chain may be too long for nested destructors.
ByteLog::~ByteLog()
{
    while (m_first)
        m_first = std::move(m_first->next);
}

void ByteLog::append(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (m_used == kBlockBytes) {
            m_last->next.reset(new Block);
            m_last = m_last->next.get();
            m_used = 0;
        }
        const std::size_t count = std::min(bytes.size(), kBlockBytes - m_used);
        std::memcpy(m_last->bytes + m_used, bytes.data(), count);
        m_used += count;
        m_size += count;
        bytes.remove_prefix(count);
    }
}

EncodedRequest::EncodedRequest(std::shared_ptr<const std::string> head,
                               std::shared_ptr<const ByteLog> messages, std::string tail)
    : m_head(std::move(head)), m_messages(std::move(messages)), m_length(m_messages->size()),
      m_tail(std::move(tail))
{}

std::string EncodedRequest::toString() const
{
    std::string all(size(), '\0');
    Reader(*this).read(all.data(), all.size());
    return all;
}

void EncodedRequest::Reader::seek(std::size_t position)
{
    m_position = std::min(position, m_request.size());
    m_block = nullptr;
}

/// The bytes that follow the position without a gap.
std::string_view EncodedRequest::Reader::ahead()
{
    const std::string &head = *m_request.m_head;
    if (m_position < head.size())
        return std::string_view(head).substr(m_position);
    const std::size_t place = m_position - head.size();
    if (place >= m_request.m_length)
        return std::string_view(m_request.m_tail).substr(place - m_request.m_length);
    if (!m_block) {
        m_block = m_request.m_messages->first();
        m_blockStart = 0;
    }
    while (place - m_blockStart >= ByteLog::kBlockBytes) {
        m_block = m_block->next.get();
        m_blockStart += ByteLog::kBlockBytes;
    }
    const std::size_t end = std::min(m_request.m_length - m_blockStart, ByteLog::kBlockBytes);
    return std::string_view(m_block->bytes, end).substr(place - m_blockStart);
}

std::size_t EncodedRequest::Reader::read(char *to, std::size_t most)
{
    std::size_t done = 0;
    while (done < most) {
        const std::string_view bytes = ahead().substr(0, most - done);
        if (bytes.empty())
            break;
        std::memcpy(to + done, bytes.data(), bytes.size());
        done += bytes.size();
        m_position += bytes.size();
    }
    return done;
}

} // namespace orrery::llm
