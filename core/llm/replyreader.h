// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/blockcollector.h"
#include "core/llm/callindexes.h"
#include "core/llm/flatjson.h"
#include "core/llm/modelclient.h"
#include "core/llm/modelprofile.h"
#include "core/llm/responsesreader.h"
#include "core/llm/streamassembler.h"
#include "core/llm/streamframes.h"
#include "core/llm/surrogates.h"
#include "core/llm/thinktags.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::llm {

/// Reads the body of a 200 answer as it arrives and judges how it ended. What the server really sends counts, not what
/// was asked for: an event stream, an array (Gemini), or one plain object. Servers that are slightly off are
/// understood: no usage, no `[DONE]`, tool calls without an index or an id, an error of any shape in the stream, halves of
/// characters, all of a block at its start.
///
/// Of servers whose profile says so, `<think>…</think>` at the start of the text is thinking, and tool calls left at its
/// end are calls (see takeTextCalls()).
class ReplyReader
{
public:
    struct Expected {
        ModelProfile profile; ///< of the model that was asked
        bool stream = true;
        std::shared_ptr<const ToolSchemaList>
            tools; ///< as in the request; null = none were offered
    };

    ReplyReader(Expected expected, std::string host);

    /// Takes bytes, cut anywhere; appends what can be shown at once.
    void feed(std::string_view bytes, std::vector<ModelDelta> &deltas);
    /// True when nothing more has to come: the end of the stream or an error was read.
    bool complete() const { return m_done || m_error; }
    /// True when some text, thinking or tool call has come.
    bool hasContent() const { return m_hasContent; }
    /// The result of a complete answer.
    Result<ModelReply> take();
    /// The result when the connection has ended; `cut` if it did not end properly, `why` in the network's words.
    Result<ModelReply> end(bool cut, const std::string &why);

private:
    enum class Kind { Unknown, Events, Array, Plain };

    void findKind();
    void drain(ModelDelta &delta);
    void readChunk(std::string_view data, ModelDelta &delta);
    template <typename Value>
    void takeChunk(Value chunk, ModelDelta &delta);
    template <typename Value>
    void noteFacts(Value chunk);
    template <typename Value>
    void noteAnthropic(Value chunk);
    template <typename Value>
    void noteGemini(Value chunk);
    template <typename Value>
    void noteOpenAi(Value choice, Value message);
    void takeEvents(ModelDelta &delta);
    void takeText(std::string text, ModelDelta &delta);
    void takeThinking(std::string text, ModelDelta &delta);
    void flushTexts();
    WireForm form() const { return m_expected.profile.form; }
    Result<ModelReply> plain();
    ModelReply reply(Message message, Usage usage);
    void mendText(Message &message) const;
    Error garbage(const std::string &message) const;
    Error cutOff(const std::string &why) const;

    const Expected m_expected;
    const std::string m_host;
    Kind m_kind = Kind::Unknown;
    std::string
        m_start; ///< the beginning of the body, or all of it while it may be one JSON object
    std::size_t m_bytes = 0;
    std::size_t m_chunks = 0;
    bool m_done = false;
    bool m_finished = false;
    bool m_hasContent = false;
    std::optional<Error> m_error;
    SseFrames m_sse;
    JsonArrayFrames m_array;
    FlatJson m_flat;
    std::vector<StreamEvent> m_events; ///< of one chunk
    StreamAssembler m_assembler;
    CallIndexes m_indexes;
    BlockCollector m_blocks;
    ThinkTags m_tags;
    HalfJoiner m_textHalves;
    HalfJoiner m_thinkingHalves;
    std::string m_scratch;
    std::string m_finishWord; ///< as the server wrote it
    bool m_refused = false;
    std::optional<ResponsesReader> m_responses; ///< reads in place of the assembler in its form
    std::string m_model;
    Json m_rawUsage;
};

} // namespace orrery::llm
