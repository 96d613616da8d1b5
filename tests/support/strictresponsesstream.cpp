// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictstream.h"

namespace orrery::testing {

namespace {

class ResponsesStream
{
public:
    ResponsesStream(const StrictRequest &request, const StrictAnswer &answer, int turn)
        : m_request(request), m_answer(answer), m_turn(turn)
    {}

    QByteArray all()
    {
        add({{"type", "response.created"}, {"response", response("in_progress")}});
        add({{"type", "response.in_progress"}, {"response", response("in_progress")}});
        // Thoughts are one item, before all else of the answer.
        addReasoning();
        for (std::size_t i = 0; i < m_answer.pieces.size(); ++i) {
            const StrictAnswer::Piece &piece = m_answer.pieces[i];
            if (piece.kind == StrictAnswer::Piece::Kind::Text)
                addText(piece.text);
            else if (piece.kind == StrictAnswer::Piece::Kind::Call)
                addCall(piece, isCutCall(m_answer, i));
        }
        const bool isCut = m_answer.ending == StrictAnswer::Ending::Length;
        Json last = response(isCut ? "incomplete" : "completed");
        last["output"] = m_output;
        last["usage"] = {{"input_tokens", 100},
                         {"input_tokens_details", {{"cached_tokens", 0}}},
                         {"output_tokens", 20},
                         {"output_tokens_details", {{"reasoning_tokens", 5}}},
                         {"total_tokens", 120}};
        if (isCut)
            last["incomplete_details"] = {{"reason", "max_output_tokens"}};
        add({{"type", isCut ? "response.incomplete" : "response.completed"}, {"response", last}});
        return m_bytes;
    }

private:
    Json response(const char *status) const
    {
        return {{"id", "resp_" + std::to_string(m_turn)},
                {"object", "response"},
                {"created_at", 1700000000},
                {"status", status},
                {"error", nullptr},
                {"incomplete_details", nullptr},
                {"model", m_request.model},
                {"output", Json::array()},
                {"usage", nullptr}};
    }
    void add(Json event)
    {
        event["sequence_number"] = m_sequence++;
        m_bytes += sseNamed(event);
    }
    std::string itemId(const char *prefix, int n) const
    {
        return std::string(prefix) + "_" + std::to_string(m_turn) + "_" + std::to_string(n);
    }
    void begin(const Json &item)
    {
        add({{"type", "response.output_item.added"},
             {"output_index", m_output.size()},
             {"item", item}});
    }
    void end(const Json &item)
    {
        add({{"type", "response.output_item.done"},
             {"output_index", m_output.size()},
             {"item", item}});
        m_output.push_back(item);
    }

    void addReasoning()
    {
        if (m_answer.pieces.empty())
            return;
        const std::string id = "rs_" + std::to_string(m_turn);
        Json item = {{"type", "reasoning"}, {"id", id}, {"summary", Json::array()}};
        begin(item);
        int part = 0;
        for (const StrictAnswer::Piece &piece : m_answer.pieces) {
            if (piece.kind != StrictAnswer::Piece::Kind::Thinking)
                continue;
            const auto event = [&](const char *type, Json more) {
                more["type"] = type;
                more["item_id"] = id;
                more["output_index"] = m_output.size();
                more["summary_index"] = part;
                add(std::move(more));
            };
            const Json text = {{"type", "summary_text"}, {"text", piece.text}};
            event("response.reasoning_summary_part.added",
                  {{"part", {{"type", "summary_text"}, {"text", ""}}}});
            event("response.reasoning_summary_text.delta", {{"delta", piece.text}});
            event("response.reasoning_summary_text.done", {{"text", piece.text}});
            event("response.reasoning_summary_part.done", {{"part", text}});
            item["summary"].push_back(text);
            ++part;
        }
        for (const Json &wanted : member(m_request.body, "include"))
            if (wanted == "reasoning.encrypted_content")
                item["encrypted_content"] = encryptedReasoning(m_request.provider, id);
        end(item);
    }

    void addText(const std::string &text)
    {
        const std::string id = itemId("msg", m_texts++);
        const bool isRefusal = m_answer.ending == StrictAnswer::Ending::Refused;
        Json item = {{"type", "message"},
                     {"id", id},
                     {"status", "in_progress"},
                     {"role", "assistant"},
                     {"content", Json::array()}};
        begin(item);
        const auto event = [&](const char *type, Json more) {
            more["type"] = type;
            more["item_id"] = id;
            more["output_index"] = m_output.size();
            more["content_index"] = 0;
            add(std::move(more));
        };
        const auto part = [&](const std::string &said) {
            return isRefusal ? Json{{"type", "refusal"}, {"refusal", said}}
                             : Json{{"type", "output_text"},
                                    {"text", said},
                                    {"annotations", Json::array()}};
        };
        event("response.content_part.added", {{"part", part("")}});
        event(isRefusal ? "response.refusal.delta" : "response.output_text.delta",
              {{"delta", text}});
        event(isRefusal ? "response.refusal.done" : "response.output_text.done",
              {{isRefusal ? "refusal" : "text", text}});
        event("response.content_part.done", {{"part", part(text)}});
        item["status"] = "completed";
        item["content"].push_back(part(text));
        end(item);
    }

    void addCall(const StrictAnswer::Piece &piece, bool isCut)
    {
        const int n = m_calls++;
        const std::string id = itemId("fc", n);
        Json item = {{"type", "function_call"},
                     {"id", id},
                     {"status", "in_progress"},
                     {"call_id", strictCallId(m_request.provider, piece.text, m_turn, n)},
                     {"name", piece.text},
                     {"arguments", ""}};
        begin(item);
        std::string written;
        for (const std::string &text : argumentPieces(piece.arguments, isCut)) {
            add({{"type", "response.function_call_arguments.delta"},
                 {"item_id", id},
                 {"output_index", m_output.size()},
                 {"delta", text}});
            written += text;
        }
        item["arguments"] = written;
        item["status"] = isCut ? "incomplete" : "completed";
        if (!isCut)
            add({{"type", "response.function_call_arguments.done"},
                 {"item_id", id},
                 {"output_index", m_output.size()},
                 {"arguments", written}});
        end(item);
    }

    const StrictRequest &m_request;
    const StrictAnswer &m_answer;
    const int m_turn;
    int m_sequence = 0;
    int m_texts = 0;
    int m_calls = 0;
    Json m_output = Json::array();
    QByteArray m_bytes;
};

} // namespace

QByteArray responsesStream(const StrictRequest &request, const StrictAnswer &answer, int turn)
{
    return ResponsesStream(request, answer, turn).all();
}

} // namespace orrery::testing
