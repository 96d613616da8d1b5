// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/strictstream.h"

namespace orrery::testing {

QByteArray anthropicStream(const StrictRequest &request, const StrictAnswer &answer, int turn)
{
    const bool thinks = member(request.body, "thinking").is_object()
                        && textOf(request.body["thinking"], "type") != "disabled";
    QByteArray out = sseNamed({{"type", "message_start"},
                               {"message",
                                {{"id", "msg_" + std::to_string(turn)},
                                 {"type", "message"},
                                 {"role", "assistant"},
                                 {"model", request.model},
                                 {"content", Json::array()},
                                 {"stop_reason", nullptr},
                                 {"usage", {{"input_tokens", 100}, {"output_tokens", 1}}}}}});
    int count = 0;
    for (const auto &piece : answer.pieces)
        count += piece.kind == StrictAnswer::Piece::Kind::Thinking ? 1 : 0;
    int index = 0;
    int nth = 0;
    int calls = 0;
    const auto delta = [&](const Json &what) {
        return sseNamed({{"type", "content_block_delta"}, {"index", index}, {"delta", what}});
    };
    const auto start = [&](const Json &block) {
        return sseNamed(
            {{"type", "content_block_start"}, {"index", index}, {"content_block", block}});
    };
    for (std::size_t i = 0; i < answer.pieces.size(); ++i) {
        const StrictAnswer::Piece &piece = answer.pieces[i];
        if (piece.kind == StrictAnswer::Piece::Kind::Thinking && !thinks)
            continue;
        if (piece.kind == StrictAnswer::Piece::Kind::Thinking) {
            out += start({{"type", "thinking"}, {"thinking", ""}, {"signature", ""}});
            out += delta({{"type", "thinking_delta"}, {"thinking", piece.text}});
            const std::string signature =
                thinkingSignature(request.provider, turn, index, nth++, count, piece.text);
            out += delta({{"type", "signature_delta"}, {"signature", signature}});
        } else if (piece.kind == StrictAnswer::Piece::Kind::Text) {
            out += start({{"type", "text"}, {"text", ""}});
            out += delta({{"type", "text_delta"}, {"text", piece.text}});
        } else {
            out += start({{"type", "tool_use"},
                          {"id", strictCallId(request.provider, piece.text, turn, calls++)},
                          {"name", piece.text},
                          {"input", Json::object()}});
            for (const std::string &text : argumentPieces(piece.arguments, isCutCall(answer, i)))
                out += delta({{"type", "input_json_delta"}, {"partial_json", text}});
        }
        out += sseNamed({{"type", "content_block_stop"}, {"index", index++}});
    }
    const char *reason = answer.ending == StrictAnswer::Ending::Calls       ? "tool_use"
                         : answer.ending == StrictAnswer::Ending::Malformed ? "tool_use"
                         : answer.ending == StrictAnswer::Ending::Length    ? "max_tokens"
                         : answer.ending == StrictAnswer::Ending::Refused   ? "refusal"
                                                                            : "end_turn";
    out += sseNamed({{"type", "message_delta"},
                     {"delta", {{"stop_reason", reason}, {"stop_sequence", nullptr}}},
                     {"usage", {{"output_tokens", 20}}}});
    return out + sseNamed({{"type", "message_stop"}});
}

QByteArray geminiStream(const StrictRequest &request, const StrictAnswer &answer, bool asSse)
{
    Json events = Json::array();
    const auto add = [&](Json candidate) {
        candidate["index"] = 0;
        events.push_back({{"candidates", Json::array({std::move(candidate)})},
                          {"usageMetadata",
                           {{"promptTokenCount", 100},
                            {"candidatesTokenCount", 15},
                            {"thoughtsTokenCount", 5},
                            {"totalTokenCount", 120}}},
                          {"modelVersion", request.model}});
    };
    const auto addPart = [&](Json part) {
        add({{"content", {{"role", "model"}, {"parts", Json::array({std::move(part)})}}}});
    };
    bool isFirstCall = true;
    for (std::size_t i = 0; i < answer.pieces.size(); ++i) {
        const StrictAnswer::Piece &piece = answer.pieces[i];
        if (piece.kind == StrictAnswer::Piece::Kind::Thinking) {
            addPart({{"thought", true}, {"text", piece.text}});
        } else if (piece.kind == StrictAnswer::Piece::Kind::Text) {
            addPart({{"text", piece.text}});
        } else if (!isCutCall(answer, i)) { // whole calls only
            Json part = {{"functionCall", {{"name", piece.text}, {"args", piece.arguments}}}};
            if (std::exchange(isFirstCall, false))
                part["thoughtSignature"] =
                    thoughtSignature(request.provider, piece.text, piece.arguments);
            addPart(std::move(part));
        }
    }
    const char *reason = answer.ending == StrictAnswer::Ending::Length ? "MAX_TOKENS"
                         : answer.ending == StrictAnswer::Ending::Malformed
                             ? "MALFORMED_FUNCTION_CALL"
                         : answer.ending == StrictAnswer::Ending::Refused ? "SAFETY"
                                                                          : "STOP";
    add({{"finishReason", reason}});
    if (!asSse)
        return QByteArray::fromStdString(events.dump());
    QByteArray out;
    for (const Json &event : events)
        out += sseData(event);
    return out;
}

std::string strictCallId(const std::string &provider, const std::string &tool, int turn, int n)
{
    const std::string which = std::to_string(turn) + std::to_string(n);
    if (provider == "anthropic")
        return "toolu_01" + digest(which).substr(0, 22);
    if (provider == "mistral")
        return digest(which).substr(0, 9);
    if (provider == "moonshot" || provider == "together")
        return "functions." + tool + ":" + which;
    if (provider == "vllm" || provider == "nvidia")
        return "chatcmpl-tool-" + digest(which).substr(0, 32);
    if (provider == "sglang") // the same ones in each answer
        return "call_" + std::to_string(n);
    if (provider == "custom") // through a proxy that writes more into it
        return "call_" + digest(which) + "__thought__" + digest(which);
    if (provider == "bedrock" || provider == "huggingface")
        return "fc_" + digest(which) + digest(which).substr(0, 8);
    return "call_" + digest(which).substr(0, 24);
}

QByteArray streamOf(const StrictRequest &request, const StrictAnswer &answer, int turn, bool asSse)
{
    switch (request.form) {
    case llm::WireForm::Anthropic: return anthropicStream(request, answer, turn);
    case llm::WireForm::Gemini: return geminiStream(request, answer, asSse);
    case llm::WireForm::Responses: return responsesStream(request, answer, turn);
    case llm::WireForm::OpenAi: break;
    }
    return chatStream(request, answer, turn);
}

} // namespace orrery::testing
