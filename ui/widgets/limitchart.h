// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <optional>

namespace orrery::ui {

/// What one request put into the sliding window, and how long. A reservation that was settled is two
/// of them: the estimate until then, and what was really used until it leaves.
struct WindowEntry {
    qint64 timeMs = 0;
    qint64 endMs = 0; ///< when it leaves
    int agentIndex = 0;
    double amount = 0;
    bool reserved = false; ///< not settled yet
};

enum class LimitMark { Acquired, Refunded, Denied, Waiting, ProviderDenied };

struct MarkAt {
    qint64 timeMs = 0;
    LimitMark mark = LimitMark::Acquired;
    QString agent;
    int agentIndex = 0;
    QString sentence;
};

/// A strip of the last minute and of 15 s to come: the stepped area of what the sliding 60 seconds
/// held, stacked by agent, what is only reserved hatched on top, the limit as a line, a shape for each
/// thing that happened, and as a dotted line what leaves if nothing is added.
class LimitChart : public QWidget
{
    Q_OBJECT
public:
    explicit LimitChart(const QString &unit, QWidget *parent = nullptr);

    /// Entries of the last two minutes, oldest first.
    void setData(QList<WindowEntry> entries, QList<MarkAt> marks, std::optional<double> limit,
                 qint64 nowMs);
    void setCompact(bool compact);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// What the window held at a time, by agent; the last element is what was only reserved.
    static QList<double> heldAt(const QList<WindowEntry> &entries, qint64 timeMs, int agents);

signals:
    void markActivated(const QString &sentence);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    QRectF plot() const;
    qreal xOf(qint64 timeMs) const;
    qreal yOf(double amount) const;
    void paintAxes(QPainter &painter) const;
    void paintAreas(QPainter &painter) const;
    void paintLimit(QPainter &painter) const;
    void paintMarks(QPainter &painter) const;
    const MarkAt *markNear(const QPointF &at) const;

    QString m_unit;
    QList<WindowEntry> m_entries;
    QList<MarkAt> m_marks;
    std::optional<double> m_limit;
    qint64 m_nowMs = 0;
    double m_top = 1;
    bool m_compact = false;
};

} // namespace orrery::ui
