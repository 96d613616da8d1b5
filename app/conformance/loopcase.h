// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/chunkdecode.h"
#include "core/llm/streamassembler.h"
#include "core/runtime/agentmachine.h"
#include "core/runtime/agentrequest.h"
#include "core/team/ratelimiter.h"
#include "core/tools/permissionpolicy.h"

#include <deque>
#include <map>
#include <memory>

namespace orrery::conformance {

/// Performs the effects of an AgentMachine as a case says, one after the other, and writes down what happened.
class LoopCase
{
public:
    explicit LoopCase(const Json &input);
    Json run();       ///< the whole loop
    Json runStream(); ///< one streamed request, told event by event

private:
    void feed(runtime::Input input);
    void perform(runtime::effect::Prepare &);
    void perform(runtime::effect::AskHooks &ask);
    void perform(runtime::effect::Acquire &);
    void perform(runtime::effect::RequestModel &);
    void perform(runtime::effect::Settle &settle);
    void perform(runtime::effect::Release &);
    void perform(runtime::effect::Summarise &);
    void perform(runtime::effect::Retry &) {}
    void perform(runtime::effect::AskApproval &ask);
    void perform(runtime::effect::RunTool &run);
    void perform(runtime::effect::Save &) {}
    void perform(runtime::effect::Publish &publish);
    void perform(runtime::effect::Finish &finish);

    void addTools();
    void addHooks();
    void preloadLimiter();
    runtime::LoopRules rules();
    Context startContext();
    Json nextResponse();
    void noteRequest(const llm::ModelRequest &request);
    void answerWithChunks(const Json &chunks, llm::WireForm form);
    bool isCancelled();
    void callback(const char *name, Json payload);
    Json report();
    Json limiterReport();
    Json okReport();

    const Json &m_input;
    AgentSpec m_spec;
    tools::PermissionPolicy m_policy;
    bool m_hasPolicy = false;
    std::map<std::string, tools::ToolPtr> m_tools; ///< offered: those that no policy keeps away
    std::vector<std::string> m_offered;            ///< in the order of the case
    llm::ToolSchemaCache m_schemas;
    std::map<std::string, std::size_t> m_invocations;
    runtime::HookChain m_hooks;
    std::unique_ptr<team::RateLimiter> m_limiter;
    team::ReservationId m_reservation = 0;
    std::unique_ptr<runtime::RequestSource> m_requests;
    std::unique_ptr<runtime::AgentMachine> m_machine;
    std::deque<runtime::Effect> m_pending;
    bool m_performing = false;
    std::size_t m_response = 0;
    int m_cancelChecks = 0;
    bool m_isTranscript = false; ///< of one stream, not of a loop
    bool m_hasEvents = false;
    std::vector<llm::StreamEvent> m_events; ///< of the last stream

    Json m_callbacks = Json::array();
    Json m_requestLog = Json::array();
    Json m_hookCalls = Json::array();
    Json m_approvals = Json::array();
    Json m_toolLog = Json::array();
    Json m_result; ///< {ok} or {error}
};

} // namespace orrery::conformance
