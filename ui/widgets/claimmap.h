// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QString>

namespace orrery::ui {

struct ClaimBar {
    QString agent;
    QString monogram;
    int agentIndex = 0;
    int start = 0;
    int end = 0;
    qint64 expiresAtMs = 0;
    qint64 ttlMs = 0;
    bool ended = false; ///< released or expired: an outline only
};

struct ClaimAttempt {
    QString agent;
    QString monogram;
    int agentIndex = 0;
    int start = 0;
    int end = 0;
    qint64 atMs = 0;
    QString holder;
};

struct ClaimEdit {
    int line = 0;
    bool inside = true;
    QString agent;
};

struct ClaimFile {
    QString file;
    QList<ClaimBar> bars;
    QList<ClaimAttempt> denied;
    QList<ClaimEdit> edits;
};

/// Who holds which lines: a row for each file, lines from left to right. Bars drain with the time to live; refused
/// attempts are hatched and crossed; edits are ticks. Keyboard: up and down move the current row.
class ClaimMap : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit ClaimMap(QWidget *parent = nullptr);

    void setFiles(QList<ClaimFile> files, qint64 nowMs);
    int rowHeight() const;
    QSize sizeHint() const override;
    /// `40–88`, or `whole file`.
    static QString lineText(int start, int end);
    /// `2:13`, `0:04`, `expired`.
    static QString remaining(qint64 ms);

signals:
    void fileActivated(const QString &file);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool viewportEvent(QEvent *event) override;

private:
    QRectF lineRect(const QRectF &lane, int start, int end) const;
    QRectF laneRect(int row) const;
    int labelWidth() const;
    /// The numbers above, or the lines behind the rows.
    void paintAxis(QPainter &painter, bool grid) const;
    void paintRow(QPainter &painter, int row) const;
    /// Words go in or behind the bar, up to `roomUntil`; a bar that another one covers has none.
    void paintBar(QPainter &painter, const QRectF &lane, const ClaimBar &bar, qreal roomUntil,
                  bool covered) const;
    void setCurrent(int row);
    void updateScroll();

    QList<ClaimFile> m_files;
    qint64 m_nowMs = 0;
    int m_lastLine = 100;
    int m_current = -1;
};

} // namespace orrery::ui
