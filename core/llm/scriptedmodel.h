// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/script.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace orrery::llm {

/// Answers from a script file, without network and without key (docs/SCRIPTED_MODEL.md). It keeps how far each agent
/// is in its part, so a run needs clients of its own and an agent has to stay with one client. Belongs to one thread.
class ScriptedModel final : public ModelClient
{
public:
    ScriptedModel();
    ~ScriptedModel() override;

    std::unique_ptr<ModelCall> start(ModelRequest request, ModelHandlers handlers) override;

private:
    /// How far an agent is: the step that comes next, and how often the one before was given.
    struct Position {
        std::size_t next = 0;
        int given = 0;
        int calls = 0; ///< tool calls made so far, for their ids
    };
    struct CachedScript {
        long long mtimeMs = -1;
        std::shared_ptr<const Script> script;
    };

    Result<std::shared_ptr<const Script>> scriptFor(const std::string &file);
    Result<ScriptStep> nextStep(const ModelRequest &request, Position &position);

    std::map<std::string, CachedScript> m_scripts;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Position>>
        m_positions; ///< by script and agent
};

} // namespace orrery::llm
