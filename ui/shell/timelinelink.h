// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <optional>

namespace orrery::ui {

class RunDocument;
class TimelinePanel;

/// Brings the timeline of a document to its panel, and the cursor and the selection both ways.
class TimelineLink : public QObject
{
    Q_OBJECT
public:
    TimelineLink(RunDocument &document, TimelinePanel &panel);
    /// With what has come since, and the present for what goes on.
    void fill();

private:
    void follow(); ///< the cursor of the document to where the person has drawn the line
    void showCursor();
    void showSelection();

    RunDocument &m_document;
    TimelinePanel &m_panel;
    QTimer m_frame; ///< the document follows once a frame while the line is drawn
    qint64 m_wantedUs = 0;
    bool m_isLeading = false; ///< what the document tells came from here
};

} // namespace orrery::ui
