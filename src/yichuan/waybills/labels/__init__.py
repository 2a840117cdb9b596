"""Waybill labels 电子面单: LabelData in; PDF, PNG, ZPL, TSPL or CPCL out. Pure: no database."""
