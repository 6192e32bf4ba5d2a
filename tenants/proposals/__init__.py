"""Filed proposals (已立案提案) that a unit brings in, so that reports which say the same are seen."""
