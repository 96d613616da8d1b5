// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace orrery::llm {

/// Bytes that are only ever appended, in blocks that never move, so that a reader of the bytes up to a length is not
/// disturbed by what comes behind them. One thread appends; any thread may read what it was handed.
class ByteLog
{
public:
    static constexpr std::size_t kBlockBytes = 64 * 1024;

    struct Block {
        std::unique_ptr<Block> next;
        char bytes[kBlockBytes];
    };

    ByteLog();
    ~ByteLog();
    ByteLog(const ByteLog &) = delete;
    ByteLog &operator=(const ByteLog &) = delete;

    void append(std::string_view bytes);
    std::size_t size() const { return m_size; }
    const Block *first() const { return m_first.get(); }

private:
    std::unique_ptr<Block> m_first;
    Block *m_last;
    std::size_t m_used = 0; ///< of the last block
    std::size_t m_size = 0;
};

/// The body of a request: a head, the messages as far as they went when it was made, and a tail. Costs nothing to copy
/// and stays as it is while its encoder goes on. Any thread may read it.
class EncodedRequest
{
public:
    EncodedRequest(std::shared_ptr<const std::string> head, std::shared_ptr<const ByteLog> messages,
                   std::string tail);

    /// Bytes of the body.
    std::size_t size() const { return m_head->size() + m_length + m_tail.size(); }
    /// All of it in one piece, for tests and for showing it.
    std::string toString() const;

    /// Reads from front to back, or from any place after a seek. Belongs to one thread, and must not outlive the
    /// request it reads.
    class Reader
    {
    public:
        explicit Reader(const EncodedRequest &request) : m_request(request) {}
        /// O(1) forward by what read() gives; O(blocks) to anywhere else.
        void seek(std::size_t position);
        std::size_t position() const { return m_position; }
        /// Copies at most `most` bytes, and fewer only at the end.
        std::size_t read(char *to, std::size_t most);

    private:
        std::string_view ahead();

        const EncodedRequest &m_request;
        std::size_t m_position = 0;
        const ByteLog::Block *m_block =
            nullptr;                  ///< that of the position, once it has been looked for
        std::size_t m_blockStart = 0; ///< within the messages
    };

private:
    std::shared_ptr<const std::string> m_head;
    std::shared_ptr<const ByteLog> m_messages;
    std::size_t m_length; ///< of the messages that belong to this request
    std::string m_tail;
};

} // namespace orrery::llm
