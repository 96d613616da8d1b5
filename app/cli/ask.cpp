// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/ask.h"

#include "app/cli/interrupt.h"
#include "app/cli/standardinput.h"
#include "core/base/utf8.h"
#include "core/llm/attachmentlimits.h"
#include "core/llm/contentparts.h"
#include "core/llm/httprequest.h"
#include "core/llm/providers.h"
#include "core/media/attachment.h"
#include "core/model/strictjson.h"
#include "core/runtime/agentrequest.h"

#include <QCoreApplication>

#include <cstdio>
#include <fstream>
#include <iterator>

using namespace orrery;

namespace {

int refuseQuestion(const std::string &why, int code = 1)
{
    std::fprintf(stderr, "orrery-cli: ask: %s\n", why.c_str());
    return code;
}

Ending endingOf(const llm::ModelReply &reply)
{
    return reply.ending == Ending::Unknown ? endingFromWord(reply.finishReason) : reply.ending;
}

/// An answer that ended otherwise than it should, in words; empty when it is complete.
std::string whyIncomplete(const llm::ModelReply &reply, bool isStructured)
{
    const std::string said =
        reply.finishReason.empty() ? std::string() : " (" + reply.finishReason + ")";
    switch (endingOf(reply)) {
    case Ending::Length:
        return "the answer was cut" + said + ": it reached the limit of tokens; see --max-tokens";
    case Ending::Refusal: return "the model refused to answer" + said;
    case Ending::ContentFilter: return "the provider's filter took the answer away" + said;
    case Ending::MalformedCall: return "the model wrote a call that cannot be read" + said;
    case Ending::Pause: return "the provider paused the answer" + said;
    case Ending::ToolCalls:
        if (!isStructured)
            return "the model asked for a tool, and there is none" + said;
        break;
    case Ending::Unknown:
        if (reply.finishReason.empty())
            return "the server did not say that the answer is complete";
        break;
    case Ending::End: break;
    }
    if (isBlank(llm::answerText(reply.message)))
        return "the answer is empty" + said;
    return {};
}

std::string usageLine(const Usage &usage, std::optional<double> cost)
{
    std::string line = "tokens: " + std::to_string(usage.inputTokens) + " in";
    if (usage.cacheReadInputTokens > 0)
        line += " (" + std::to_string(usage.cacheReadInputTokens) + " from the cache)";
    line += ", " + std::to_string(usage.outputTokens) + " out";
    if (usage.reasoningTokens > 0)
        line += " (" + std::to_string(usage.reasoningTokens) + " thought)";
    char money[48] = "unpriced";
    if (cost)
        std::snprintf(money, sizeof money, "$%.6f", *cost);
    return line + "; cost: " + money;
}

/// The question in the terms of an agent that has one turn.
AgentSpec specOf(const Question &question, Json schema)
{
    AgentSpec spec;
    spec.name = "ask";
    spec.model = question.model.model;
    spec.baseUrl = question.model.baseUrl;
    spec.apiKeyEnv = question.model.apiKeyEnv;
    spec.instructions = question.system;
    if (question.maxTokens)
        spec.settings["max_tokens"] = *question.maxTokens;
    if (!schema.is_null())
        spec.outputType = {{"json_schema", std::move(schema)}};
    return spec;
}

Result<Json> readSchema(const std::string &path)
{
    if (path.empty())
        return Json();
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in)
        return fail(ErrorCode::Io, path + " cannot be read");
    auto schema = parseStrictJson(text, path);
    if (!schema)
        return schema;
    if (const auto type = llm::outputTypeFromJson({{"json_schema", *schema}}); !type)
        return fail(ErrorCode::InvalidArgument, path + ": " + type.error().message);
    return schema;
}

/// The attachments and the text. Error: also for a picture that the model would not get.
Result<Message> messageOf(const Question &question, std::string prompt)
{
    const llm::ModelProfile profile =
        llm::profileOf(question.model.provider(), question.model.modelName());
    auto parts = media::loadParts(question.attachments, llm::attachmentLimitsOf(profile));
    if (!parts)
        return fail(parts.error());
    for (const ContentPart &part : *parts)
        if (const auto why = llm::whyLeftOut(part, profile))
            return fail(ErrorCode::InvalidArgument, question.model.model + " cannot be shown "
                                                        + llm::describePart(part) + ": " + *why);
    Message message = Message::user(std::move(prompt));
    if (!parts->empty()) {
        if (!isBlank(*message.content))
            parts->push_back({"text", *message.content, Json::object()});
        message.contentParts = std::move(*parts);
    }
    return message;
}

Result<void> checkModel(const ModelRef &model)
{
    if (model.model.find(':') == std::string::npos || model.modelName().empty())
        return fail(ErrorCode::InvalidArgument,
                    "\"" + model.model + "\" is no model, expected provider:model");
    if (!llm::findProvider(model.provider()))
        return fail(ErrorCode::InvalidArgument, "\"" + model.provider() + "\" is no provider");
    return {};
}

std::string dumped(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One request and what is printed of it.
class Asking
{
public:
    Asking(const Question &question, Json schema)
        : m_question(question), m_spec(specOf(question, std::move(schema))),
          m_source(m_spec, {}, m_schemas), m_client(llm::makeModelClient())
    {}

    int run(Message message)
    {
        Context context = runtime::freshContext(m_spec, m_source.systemPrompt());
        context.add(std::move(message));
        llm::ModelRequest request = m_source.make(m_question.model, context);
        llm::prepareRequest(request);
        request.apiKey = llm::resolveApiKey(request.provider, m_spec.apiKeyEnv);
        llm::ModelHandlers handlers;
        handlers.onDelta = [this](const llm::ModelDelta &delta) { show(delta); };
        handlers.onDone = [this](Result<llm::ModelReply> reply) { end(std::move(reply)); };
        const Interrupt interrupt([this] { giveUp(); });
        m_call = m_client->start(std::move(request), std::move(handlers));
        QCoreApplication::exec();
        return m_code;
    }

private:
    bool isStructured() const { return !m_spec.outputType.is_null(); }
    bool streams() const { return !isStructured() && !m_question.asJson; }

    void show(const llm::ModelDelta &delta)
    {
        if (m_question.showsThinking && !delta.thinking.empty())
            std::fputs(delta.thinking.c_str(), stderr);
        if (!streams() || delta.text.empty())
            return;
        std::fwrite(delta.text.data(), 1, delta.text.size(), stdout);
        std::fflush(stdout);
        m_shown += delta.text;
    }

    void end(Result<llm::ModelReply> reply)
    {
        if (reply) {
            conclude(*reply);
        } else {
            endLine();
            refuseQuestion(reply.error().message);
        }
        QCoreApplication::quit();
    }

    void conclude(const llm::ModelReply &reply)
    {
        const auto cost = costOfReply(reply.usage);
        std::string why = whyIncomplete(reply, isStructured());
        Json value = llm::answerText(reply.message);
        if (why.empty() && isStructured())
            why = checked(reply.message, value);
        if (m_question.asJson)
            printJson(reply, value, cost, why);
        else if (isStructured() && why.empty())
            std::puts(dumped(value).c_str());
        else if (streams())
            showRest(reply.message);
        if (m_question.tellsUsage)
            std::fprintf(stderr, "%s\n", usageLine(reply.usage, cost).c_str());
        if (!why.empty())
            refuseQuestion(why);
        m_code = why.empty() ? 0 : 1;
    }

    /// Why it is not of the schema; `value` becomes what it is.
    std::string checked(const Message &answer, Json &value) const
    {
        runtime::OutputVerdict verdict = m_source.outputRules()->check(answer);
        if (verdict.error)
            return "the answer is not of the schema: " + verdict.error->message
                   + (verdict.error->detail.empty() ? "" : "\n" + verdict.error->detail);
        value = std::move(verdict.value);
        return {};
    }

    /// A server that was not asked for a stream, or did not send one, has shown nothing yet.
    void showRest(const Message &message)
    {
        const std::string text = message.content.value_or("");
        if (m_shown.empty()) {
            std::fwrite(text.data(), 1, text.size(), stdout);
            m_shown = text;
        }
        endLine();
    }
    void endLine()
    {
        if (!m_shown.empty() && !m_shown.ends_with('\n'))
            std::fputc('\n', stdout);
        std::fflush(stdout);
    }

    void printJson(const llm::ModelReply &reply, const Json &value, std::optional<double> cost,
                   const std::string &why) const
    {
        Json json = {{"answer", value},
                     {"complete", why.empty()},
                     {"ending", toString(endingOf(reply))},
                     {"finish_reason", reply.finishReason},
                     {"model", reply.model.empty() ? m_question.model.modelName() : reply.model},
                     {"usage", toJson(reply.usage)},
                     {"cost_usd", cost ? Json(*cost) : Json()}};
        if (m_question.showsThinking)
            json["thinking"] = reply.message.reasoningContent.value_or("");
        if (!why.empty())
            json["reason"] = why;
        std::puts(dumped(json).c_str());
    }

    std::optional<double> costOfReply(const Usage &usage) const
    {
        const TeamSpec none;
        const Price *price = none.priceOf(m_question.model.model, ModelTable::own());
        return price ? std::optional(
                   costOf(*price, usage, m_question.model.provider(), ModelTable::own()))
                     : std::nullopt;
    }

    void giveUp()
    {
        if (m_call)
            m_call->abort();
        endLine();
        refuseQuestion("interrupted");
        QCoreApplication::quit();
    }

    const Question &m_question;
    const AgentSpec m_spec;
    llm::ToolSchemaCache m_schemas{
        [](const std::string &) { return llm::ToolView{}; }}; ///< of none
    runtime::RequestSource m_source;
    std::unique_ptr<llm::ModelClient> m_client;
    std::unique_ptr<llm::ModelCall> m_call;
    std::string m_shown;
    int m_code = 1;
};

} // namespace

int ask(const Question &question)
{
    if (const auto known = checkModel(question.model); !known)
        return refuseQuestion(known.error().message, 2);
    auto schema = readSchema(question.schemaFile);
    if (!schema)
        return refuseQuestion(schema.error().message, 2);
    std::string prompt = question.prompt == "-" ? readStandardInput() : question.prompt;
    if (isBlank(prompt) && question.attachments.empty())
        return refuseQuestion("the question is empty", 2);
    auto message = messageOf(question, validUtf8(prompt));
    if (!message)
        return refuseQuestion(message.error().message);
    return Asking(question, std::move(*schema)).run(std::move(*message));
}
