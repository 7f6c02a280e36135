"""投诉与建议: everyone may complain, suggest, or report a needless burden, and gets an answer in time."""
