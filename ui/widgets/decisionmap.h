// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QHash>
#include <QString>
#include <QTransform>
#include <QVariantAnimation>

namespace orrery::ui {

/// One node of the map. `layer` counts from the top, `x` in widths of a node from the left.
struct DecisionBox {
    enum class Shape { Goal, Decision, Option, Action, Outcome, Observation, Revisit };
    enum class Status { Active, Completed, Superseded, Rejected };
    QString id;
    QString label;
    QString typeWord;
    QString statusWord;
    Shape shape = Shape::Decision;
    Status status = Status::Active;
    double confidence = -1; ///< 0…1, negative = not known
    QString agent;
    QString monogram;
    int agentIndex = -1;
    int older = 0; ///< how many it superseded
    int layer = 0;
    double x = 0;
};

struct DecisionArrow {
    enum class Kind { Plain, Chosen, Rejected, Blocks, Supersedes };
    int from = 0, to = 0; ///< of boxes
    Kind kind = Kind::Plain;
    QString word; ///< said beside the arrow; empty = nothing to say
};

/// What a team decided, from the top down: goals above, what they led to below. Shape and word tell the type, line and
/// word the status. Keyboard: up to the parent, down to the first child, left and right along a layer, Enter activates,
/// + and - zoom, 0 shows all.
class DecisionMap : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit DecisionMap(QWidget *parent = nullptr);

    /// Nodes that were there before glide to their new places, unless motion is off.
    void setGraph(QList<DecisionBox> boxes, QList<DecisionArrow> arrows);
    void select(const QString &id); ///< empty = none
    QString selected() const { return m_selected; }
    void setZoom(double zoom); ///< 0.3 to 2
    double zoom() const { return m_zoom; }
    void showAll();
    /// All of it, whatever is scrolled into view.
    void paintAll(QPainter &painter) const;
    QSizeF contentSize() const;
    QSize sizeHint() const override { return {420, 260}; }

signals:
    void selectionChanged(const QString &id);
    void activated(const QString &id);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    bool viewportEvent(QEvent *event) override;

private:
    QRectF boxRect(int box) const; ///< unscaled
    QTransform transform() const;
    int boxAt(const QPoint &at) const;
    int indexOf(const QString &id) const;
    void choose(int box);
    int beside(int box, int step) const;
    void updateScroll();
    void paintBox(QPainter &painter, int box) const;
    void paintOutline(QPainter &painter, const DecisionBox &box, const QRectF &rect) const;
    void paintGlyph(QPainter &painter, const DecisionBox &box, const QRectF &rect) const;
    void paintArrow(QPainter &painter, const DecisionArrow &arrow) const;

    QList<DecisionBox> m_boxes;
    QList<DecisionArrow> m_arrows;
    QHash<QString, QPointF> m_before; ///< places that nodes glide from
    QVariantAnimation m_glide;
    QString m_selected;
    double m_zoom = 1;
    bool m_zoomIsOwn = false; ///< set by the person, so not fitted
};

} // namespace orrery::ui
