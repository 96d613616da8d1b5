// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinepainter.h"

namespace orrery::ui {

struct TimelinePainter::Piece {
    state::TimeRange shown;
    state::CellGrid
        grid; ///< begins with the whole piece, so that cells stay where they are when the view moves
    qreal left = 0; ///< of the grid's first cell
};

} // namespace orrery::ui
