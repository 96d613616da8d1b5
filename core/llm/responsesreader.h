// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/flatjson.h"
#include "core/llm/modelclient.h"
#include "core/llm/treevalue.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace orrery::llm {

struct ResponsesPiece;

/// Reads an answer of OpenAI's Responses API, event by event or whole. What the last event says (`response.output`)
/// counts where it differs from what came before; servers that leave events or members out are understood:
/// only the last event, only whole items, only pieces, no output in the last event. Unknown events are passed over.
/// Source: developers.openai.com/api/reference/resources/responses/streaming-events, 2026-11.
///
/// Parts of the thinking (summaries, or the reasoning's own words) are set apart by an empty line, in the pieces as in
/// the message. A refusal is text; it shows in the ending. O(bytes); one thread.
class ResponsesReader
{
public:
    /// `who` answers, for people; provider and model as they were asked, for the message's blocks.
    ResponsesReader(std::string who, std::string provider, std::string model)
        : m_who(std::move(who)), m_provider(std::move(provider)), m_model(std::move(model))
    {}

    /// Takes an event; appends what can be shown at once.
    void add(FlatValue event, ModelDelta &delta);
    void add(TreeValue event, ModelDelta &delta);
    /// Takes an answer that was not streamed. False when it is none.
    bool addAnswer(const Json &answer);

    /// The last event was read, or an error.
    bool complete() const { return m_isComplete; }
    /// Some text, thinking or call has come.
    bool hasContent() const { return m_hasContent; }
    /// The answer as far as it was read: complete, unless the server ends its streams without the last event.
    Result<ModelReply> take();

private:
    struct Item {
        Json json = Json::object();
        bool isDone = false;
        bool isShown = false;
    };

    template <typename Value>
    void read(Value event, ModelDelta &delta);
    template <typename Value>
    void readPiece(Value event, const ResponsesPiece &piece, bool isWhole, ModelDelta &delta);
    template <typename Value>
    void readItem(Value event, bool isDone, ModelDelta &delta);
    template <typename Value>
    Item &itemAt(Value event);
    template <typename Value>
    Item &newItemAt(Value event, bool isDone);
    void readResponse(const Json &response);
    void showRest(ModelDelta &delta);
    void showItem(std::int64_t index, const Json &item, ModelDelta &delta);
    void showText(const std::string &text, ModelDelta &delta);
    void showThinking(std::tuple<std::int64_t, char, std::int64_t> part, const std::string &text,
                      ModelDelta &delta);
    void giveUp(const Json &error);
    std::vector<Json> takeItems();
    Ending ending(const Message &message, bool isRefusal) const;

    const std::string m_who;
    const std::string m_provider;
    const std::string m_model;
    std::map<std::int64_t, Item> m_items; ///< by output_index
    std::int64_t m_lastIndex = 0;
    std::vector<Json> m_output;                                  ///< of the last event
    std::tuple<std::int64_t, char, std::int64_t> m_thinkingPart; ///< that was shown last
    bool m_hasContent = false;
    bool m_textIsShown = false;
    bool m_thinkingIsShown = false;
    bool m_isComplete = false;
    std::string m_status;
    std::string m_reason; ///< why it is incomplete
    std::string m_answeredBy;
    Json m_usage;
    std::optional<Error> m_error;
};

} // namespace orrery::llm
