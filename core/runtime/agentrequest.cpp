// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentrequest.h"

#include "core/runtime/targetprofile.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

bool hasSystemMessage(const Context &context)
{
    // Where there is one, it is nearly always the first.
    return std::any_of(context.messages.begin(), context.messages.end(),
                       [](const auto &message) { return message->role == Role::System; });
}

} // namespace

llm::ModelRequest requestBeside(llm::ModelRequest request, const std::string &part,
                                std::string system, std::string prompt)
{
    request.agent += "/" + part;
    request.messages = {std::make_shared<const Message>(Message::system(std::move(system))),
                        std::make_shared<const Message>(Message::user(std::move(prompt)))};
    request.tools.reset();
    request.body.reset();
    request.stream = false;
    request.settings.erase("tool_choice");
    request.settings.erase("response_format");
    return request;
}

RequestSource::RequestSource(const AgentSpec &spec, std::vector<std::string> offered,
                             llm::ToolSchemaCache &schemas, const ModelTable &models,
                             bool addsToSettings)
    : m_spec(spec), m_schemas(schemas), m_models(models), m_hasTools(!offered.empty()),
      m_addsToSettings(addsToSettings)
{
    m_tools = schemas.intern(std::move(offered));
    if (auto type = llm::outputTypeFromJson(spec.outputType))
        m_outputType = std::move(*type);
    if (const auto mode = spec.structuredOutput.find("mode");
        mode != spec.structuredOutput.end() && mode->is_string())
        m_outputMode = llm::outputModeFromString(mode->get_ref<const std::string &>())
                           .value_or(llm::OutputMode::Auto);
}

std::optional<OutputRules> RequestSource::outputRules() const
{
    if (!isStructured())
        return std::nullopt;
    OutputRules rules;
    rules.maxRetries = m_spec.structuredOutput.value("max_retries", 0);
    rules.check = [type = m_outputType](const Message &answer) {
        OutputVerdict verdict;
        const std::string text = llm::answerText(answer);
        auto value = llm::parseOutput(type, text);
        if (value) {
            verdict.value = std::move(*value);
            return verdict;
        }
        verdict.error =
            makeError(ErrorCode::InvalidOutput, value.error().message, value.error().formatted);
        verdict.correction = llm::retryPrompt(text, value.error().formatted);
        return verdict;
    };
    return rules;
}

std::optional<std::string> RequestSource::systemPrompt() const
{
    std::string prompt = llm::promptWithSuffix(m_spec.instructions, m_outputType, m_outputMode);
    if (prompt.empty())
        return std::nullopt;
    return prompt;
}

RequestSource::Terms RequestSource::makeTerms(const ModelRef &target)
{
    const llm::ModelProfile profile = profileFor(target, m_models);
    const llm::ToolForm form(profile);
    Terms terms{m_spec.settings, m_schemas.schemas(m_tools, form), {}, false};
    if (profile.form != llm::profileOf(m_spec.provider(), m_spec.modelName(), m_models).form)
        for (const char *name : {"tool_choice", "response_format"})
            if (terms.settings.erase(name) > 0)
                terms.leftOut.push_back(
                    {name, target.model + " does not get it, since it is in the terms of "
                               + m_spec.model + "; left out"});
    findLeftOut(terms, target);
    terms.isToldToCache = profile.caches && !terms.settings.contains("prompt_caching");
    if (m_spec.stream && m_addsToSettings && profile.streamUsage == "stream_options")
        terms.settings["stream_options"]["include_usage"] = true;
    if (isStructured()) {
        Json added = Json::array();
        llm::applyTo(terms.settings, added,
                     llm::settingsFor(m_outputType, profile, m_outputMode, m_hasTools), form);
        if (added.empty())
            return terms;
        auto tools = terms.tools ? std::make_shared<llm::ToolSchemaList>(*terms.tools)
                                 : std::make_shared<llm::ToolSchemaList>();
        for (Json &tool : added)
            tools->add(std::move(tool));
        terms.tools = std::move(tools);
    }
    return terms;
}

void RequestSource::findLeftOut(Terms &terms, const ModelRef &target) const
{
    if (target.provider() == "scripted")
        return;
    llm::ModelRequest request;
    request.provider = target.provider();
    request.model = target.modelName();
    request.models = &m_models;
    request.settings = terms.settings;
    for (llm::SettingLeftOut &left : llm::settingsLeftOut(request))
        terms.leftOut.push_back(std::move(left));
}

std::vector<llm::SettingLeftOut> RequestSource::takeLeftOut(const ModelRef &target)
{
    return std::exchange(termsFor(target).leftOut, {});
}

RequestSource::Terms &RequestSource::termsFor(const ModelRef &target)
{
    const auto it = m_terms.find(target.model);
    if (it != m_terms.end())
        return it->second;
    return m_terms.emplace(target.model, makeTerms(target)).first->second;
}

std::size_t RequestSource::fixedBytes(const ModelRef &target)
{
    const Terms &terms = termsFor(target);
    return terms.tools ? terms.tools->text().size() : 0;
}

llm::ModelRequest RequestSource::make(const ModelRef &target, const Context &context)
{
    const Terms &terms = termsFor(target);
    llm::ModelRequest request;
    request.agent = m_spec.name;
    request.provider = target.provider();
    request.model = target.modelName();
    request.models = &m_models;
    request.baseUrl = target.baseUrl;
    request.script = m_spec.script;
    request.settings = terms.settings;
    request.tools = terms.tools;
    request.stream = m_spec.stream;
    request.connectTimeoutMs = m_spec.connectTimeoutMs;
    request.firstByteTimeoutMs = m_spec.firstByteTimeoutMs;
    request.idleTimeoutMs = m_spec.timeoutMs;
    request.proxy = m_spec.proxy;
    request.caFile = m_spec.caFile;
    // They may hold keys, and those of one server are nothing for another.
    if (target.model == m_spec.model && target.baseUrl == m_spec.baseUrl)
        request.headers = m_spec.headers;
    if (!context.systemPrompt || hasSystemMessage(context)) {
        request.messages = context.messages;
        return request;
    }
    // The same object each time, so that it is encoded once.
    if (!m_systemPrompt || m_systemPrompt->content != context.systemPrompt)
        m_systemPrompt = std::make_shared<const Message>(Message::system(*context.systemPrompt));
    request.messages.push_back(m_systemPrompt);
    for (const auto &message : context.messages)
        request.messages.push_back(message);
    return request;
}

llm::ModelRequest RequestSource::makeTurn(const ModelRef &target, const Context &context)
{
    llm::ModelRequest request = make(target, context);
    if (termsFor(target).isToldToCache)
        request.settings["prompt_caching"] = true;
    return request;
}

} // namespace orrery::runtime
