"""The hackathon: entries validated and scored, standings that can be trusted."""
