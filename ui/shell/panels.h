// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/claimspanel.h"
#include "ui/panels/conversationpanel.h"
#include "ui/panels/decisionspanel.h"
#include "ui/panels/eventspanel.h"
#include "ui/panels/knowledgepanel.h"
#include "ui/panels/limitspanel.h"
#include "ui/panels/memorypanel.h"
#include "ui/panels/teampanel.h"
#include "ui/panels/timelinepanel.h"

namespace orrery::ui {

/// The panels of the window; their Qt parents own them.
struct Panels {
    explicit Panels(const EmptyActions &actions)
        : team(new TeamPanel(actions)), conversation(new ConversationPanel(actions)),
          claims(new ClaimsPanel(actions)), limits(new LimitsPanel(actions)),
          memory(new MemoryPanel(actions)), events(new EventsPanel(actions)),
          knowledge(new KnowledgePanel(actions)), decisions(new DecisionsPanel(actions)),
          timeline(new TimelinePanel(actions))
    {}

    TeamPanel *team;
    ConversationPanel *conversation;
    ClaimsPanel *claims;
    LimitsPanel *limits;
    MemoryPanel *memory;
    EventsPanel *events;
    KnowledgePanel *knowledge;
    DecisionsPanel *decisions;
    TimelinePanel *timeline;
};

} // namespace orrery::ui
